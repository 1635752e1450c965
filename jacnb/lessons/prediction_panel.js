// A question to answer before something is run.

export default {
  render({ model, el }) {
    const name = newId("prediction");
    const isMany = model.get("is_many");
    const button = h("button", { type: "submit", class: "jacnb-send", disabled: true }, "That is my prediction");
    const told = h("div", { class: "jacnb-told", role: "status" });

    const inputs = model.get("options").map(([letter, text]) => {
      const input = h("input", { type: isMany ? "checkbox" : "radio", name, value: letter });
      return [input, h("label", { class: "jacnb-option" }, input, h("span", { class: "jacnb-letter" }, letter), h("span", { dir: "auto" }, text))];
    });
    const ticked = () => inputs.filter(([input]) => input.checked).map(([input]) => input.value);

    const choose = () => {
      button.disabled = ticked().length === 0;
    };
    const answer = (event) => {
      event.preventDefault();
      if (ticked().length) model.send({ op: "answer", chosen: ticked() });
    };
    const show = () => {
      const chosen = model.get("chosen");
      if (!chosen.length) return;
      const { then, why } = model.get("told");
      for (const [input] of inputs) input.checked = chosen.includes(input.value);
      button.disabled = false;
      button.textContent = "Change my prediction";
      told.replaceChildren(
        h("p", null, h("b", null, "Noted. "), then),
        h("details", { class: "jacnb-why" }, h("summary", null, "What happens, and why"), h("p", null, why)),
      );
    };

    el.classList.add("jacnb-root");
    el.replaceChildren(
      h(
        "section",
        { class: "jacnb-panel jacnb-prediction", "aria-label": `Prediction ${model.get("name")}` },
        h(
          "form",
          { onsubmit: answer, onchange: choose },
          h(
            "fieldset",
            null,
            h("legend", null, h("span", { class: "jacnb-badge" }, `Predict ${model.get("name")}`), h("span", null, model.get("question"))),
            isMany ? h("p", { class: "jacnb-caption" }, "Tick all that apply.") : null,
            ...inputs.map(([, label]) => label),
          ),
          button,
        ),
        told,
      ),
    );
    show();
    model.on("change:chosen", show);
    return () => model.off("change:chosen", show);
  },
};
