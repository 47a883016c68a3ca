"""Migrations that make an app's tables from nothing: each model is put together once."""

from types import SimpleNamespace

import pytest
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

from registry.base.new_tables import NewTables

KEY = ("id", models.BigAutoField(primary_key=True))


def table(name, **knows):
    fields = [(field, models.ForeignKey(to, models.CASCADE)) for field, to in knows.items()]
    return migrations.CreateModel(name, [KEY, *fields])


class Made:
    """Stands for the schema editor: keeps the models whose tables it is told to make."""

    connection = SimpleNamespace(alias="default")
    atomic_migration = True

    def __init__(self):
        self.models = []

    def create_model(self, model):
        self.models.append(model)


@pytest.fixture
def rendered(monkeypatch):
    names, render = [], ModelState.render
    monkeypatch.setattr(ModelState, "render", lambda self, apps: names.append(self.name) or render(self, apps))
    return names


@pytest.fixture
def migration():
    made = NewTables("0001", "sanctions")
    made.operations = [
        table("Sheet", account="registry.account"),
        table("Line", sheet="sanctions.sheet", account="registry.account"),
        migrations.RunPython(lambda apps, editor: editor.models.append(None)),
    ]
    return made


def before():
    """An account known to what was there before."""
    state = ProjectState()
    table("Account").state_forwards("registry", state)
    table("Token", account="registry.account").state_forwards("registry", state)
    return state


@pytest.mark.parametrize("is_together", [True, False], ids=["models-at-hand", "models-not-yet-at-hand"])
def test_each_model_is_put_together_once(rendered, migration, is_together):
    state = before()
    if is_together:
        assert state.apps.get_model("registry", "token")
    editor = Made()
    after = migration.apply(state, editor)
    assert sorted(rendered) == ["Account", "Line", "Sheet", "Token"]
    assert [model and model.__name__ for model in editor.models] == ["Sheet", "Line", None]
    sheet, line, account = (
        after.apps.get_model(name) for name in ("sanctions.sheet", "sanctions.line", "registry.account")
    )
    assert editor.models[:2] == [sheet, line]
    assert (line._meta.get_field("sheet").related_model, line._meta.get_field("account").related_model) == (
        sheet,
        account,
    )
    assert {each.related_model.__name__ for each in account._meta.related_objects} == {"Token", "Sheet", "Line"}


def test_what_comes_after_finds_the_same_as_from_django_itself(migration):
    """A field added later: the state and its models are those of an ordinary migration."""
    ordinary = migrations.Migration("0001", "sanctions")
    ordinary.operations = migration.operations
    later = migrations.AddField("account", "note", models.TextField(default=""))
    found = []
    for each in (migration, ordinary):
        state = before()
        assert state.apps
        state = each.apply(state, Made())
        later.state_forwards("registry", state)
        found.append(state)
    assert found[0] == found[1]
    for state in found:
        account = state.apps.get_model("registry", "account")
        assert state.apps.get_model("sanctions", "line")._meta.get_field("account").related_model is account
        assert account._meta.get_field("note")
