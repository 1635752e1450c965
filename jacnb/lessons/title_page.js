// The title page of a lesson: goals, people, and how far one is.

const LESSON_STATES = {
  correct: ["✓", "correct", "jacnb-good"],
  answered: ["✓", "answered", "jacnb-good"],
  "not yet": ["✗", "not yet", "jacnb-bad"],
};

function lessonStep({ name, title, state }) {
  const [mark, words, colour] = LESSON_STATES[state] ?? ["○", "not done", ""];
  return h(
    "li",
    { class: "jacnb-step" },
    h("span", { class: `jacnb-step-mark ${colour}`, "aria-hidden": "true" }, mark),
    h("span", { class: "jacnb-step-name" }, name),
    h("span", { class: "jacnb-step-title" }, title),
    h("span", { class: "jacnb-hidden" }, `, ${words}`),
  );
}

function lessonPerson({ name, channel, user }, number) {
  const who = !user ? "public" : user === name ? "user" : `user ${user}`;
  const sub = [who, channel && `listens on “${channel}”`].filter(Boolean).join(", ");
  return h(
    "li",
    { class: "jacnb-person" },
    h("span", { class: `jacnb-avatar jacnb-colour-${number % 8}`, "aria-hidden": "true" }, initial(name)),
    h("span", null, h("span", { class: "jacnb-person-name" }, name), h("span", { class: "jacnb-person-sub" }, sub)),
  );
}

const isDone = ({ state }) => state === "correct" || state === "answered";

export default {
  render({ model, el }) {
    const steps = h("ol", { class: "jacnb-steps" });
    const count = h("p", { class: "jacnb-count", role: "status" });
    const bar = h("div", { class: "jacnb-bar", "aria-hidden": "true" }, h("div", { class: "jacnb-bar-done" }));

    const show = () => {
      const all = model.get("steps");
      const done = all.filter(isDone).length;
      count.textContent = done === all.length ? `All ${all.length} done` : `${done} of ${all.length} done`;
      bar.firstChild.style.width = `${all.length ? (100 * done) / all.length : 0}%`;
      steps.replaceChildren(...all.map(lessonStep));
    };

    const heading = model.get("heading");
    el.classList.add("jacnb-root");
    el.replaceChildren(
      h(
        "section",
        { class: "jacnb-panel jacnb-lesson", "aria-label": `Lesson ${model.get("number")}: ${heading}` },
        h(
          "header",
          { class: "jacnb-header" },
          h("span", { class: "jacnb-lesson-number", "aria-hidden": "true" }, model.get("number")),
          h("div", { class: "jacnb-who" }, h("div", { class: "jacnb-name" }, heading), h("div", { class: "jacnb-sub" }, `Lesson ${model.get("number")}, about ${model.get("minutes")} minutes`)),
        ),
        h(
          "div",
          { class: "jacnb-lesson-body" },
          h("div", null, h("p", { class: "jacnb-caption" }, "You will be able to"), h("ul", { class: "jacnb-goals" }, ...model.get("goals").map((goal) => h("li", null, goal)))),
          h("div", null, h("p", { class: "jacnb-caption" }, "Who takes part"), h("ul", { class: "jacnb-people" }, ...model.get("people").map(lessonPerson))),
        ),
        h("footer", { class: "jacnb-progress", "aria-label": "Progress" }, h("div", { class: "jacnb-progress-head" }, bar, count), steps),
      ),
    );
    show();
    model.on("change:steps", show);
    return () => model.off("change:steps", show);
  },
};
