"""Answers to lesson 7 that are not right, and a word of what is said about each."""

from __future__ import annotations

WRONG = {
    "q1": [
        (
            """
def log_in(email, password):
    return post("/user/login", {"email": email, "password": password})
""",
            "a str, not tuple",
        ),
        (
            """
def log_in(email, password):
    status, answer = post("/user/login", {"email": email, "password": password})
    return answer["token"]
""",
            "KeyError: 'token'",
        ),
        (
            """
def log_in(email, password):
    return lab.server.accounts.simulate(email).token
""",
            "With a wrong password",
        ),
        (
            """
def log_in(email, password):
    status, answer = post("/user/login", {"email": email, "password": password})
    return answer["user"]["root_id"] if status == 200 else None
""",
            "no token of the user",
        ),
        (
            """
def log_in(email, password):
    status, answer = post("/user/register", {"email": email, "password": password})
    return answer["token"] if status == 200 else None
""",
            "a str, not NoneType",
        ),
    ],
    "q2": [
        (
            """
def borrow(client, token, name):
    client.change_user(token)
    return client.walker(name).reports
""",
            "is still the user's",
        ),
        (
            """
def borrow(client, token, name):
    client.change_user(token)
    reports = client.walker(name).reports
    client.change_user()
    return reports
""",
            "if the walker fails",
        ),
        (
            """
def borrow(client, token, name):
    other = jacnb.connect(lab.server.url, token=token)
    return other.walker(name).reports
""",
            "on the connection that borrow was given",
        ),
        (
            """
def borrow(client, token, name):
    return client.walker(name).reports
""",
            "requires to be authenticated",
        ),
        (
            """
def borrow(client, token, name):
    client.change_user(token)
    try:
        client.walker(name)
    finally:
        client.change_user()
""",
            "it returned None",
        ),
    ],
    "q3": [
        (
            """
@jacnb.walker
def welcome() -> str:
    return "Welcome" if jid(root()) == PUBLIC_ROOT_ID else "Welcome back"
""",
            "requires to be authenticated",
        ),
        (
            """
@jacnb.walker(auth=False)
def welcome() -> str:
    return "Welcome" if jid(root()) == PUBLIC_ROOT_ID else "Welcome back"
""",
            "requires to be unauthenticated",
        ),
        (
            """
@jacnb.walker(auth=None)
def welcome() -> str:
    return "Welcome" if root() == PUBLIC_ROOT_ID else "Welcome back"
""",
            "For the public it should report 'Welcome'",
        ),
        (
            """
@jacnb.walker(auth=None)
def welcome() -> str:
    print("Welcome")
""",
            "It reported []",
        ),
    ],
}
