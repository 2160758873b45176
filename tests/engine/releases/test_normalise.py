import pytest

from matinee.releases import same_title, title_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Quiet Harbour", "quiet harbour"),
        ("Salt & Iron", "Salt and Iron"),
        ("Salt + Iron", "Salt And Iron"),
        ("Amélie's Café", "Amelies Cafe"),
        ("Straße", "STRASSE"),
        ("S.H.O.R.E.", "SHORE"),
        ("Agents of T.I.D.E. Season", "agents of tide season"),
        ("Harbour, The", "The Harbour"),
        ("Harbour: Part One", "Harbour - Part One"),
        ("Harbour’s End", "Harbour's End"),
        ("Spider.Crab", "Spider-Crab"),
        ("ＦＵＬＬ　Width", "full width"),
    ],
)
def test_spellings_of_one_title(one, other):
    assert same_title(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("Alien Sea", "Aliens Sea"), ("Harbour 2", "Harbour"), ("か", "が")]
)
def test_different_titles(one, other):
    assert not same_title(one, other)


@pytest.mark.parametrize("title", ["!!!", "The", "A", "?", "86", "錨"])
def test_a_key_is_never_empty(title):
    assert title_key(title)


def test_a_blank_title_has_no_key():
    assert not title_key("  ")
