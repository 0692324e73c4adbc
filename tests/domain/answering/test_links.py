"""A link leaves only if it is a product's or the creator's own, however it is written."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.answering.checks import AnswerProblem
from domain.answering.links import find_links, same_link
from tests.domain.answering.facts import GROUND, problems

HOSTS = st.sampled_from(
    ["evil.com", "pay.evil.shop", "ana-example.net", "evil.com.br", "bit.ly", "wa.me", "xn--e1awd7f.com"]
)
PATHS = st.sampled_from(["", "/", "/foto", "/a_b?x=1", "#top", ":8080/x"])
HIDDEN = st.sampled_from(["\u200b", "\u200d", "\u2060", "\u00ad", "\ufeff", "\u034f"])
WIDE = {ord(char): ord(char) + 0xFEE0 for char in "abcdefghijklmnopqrstuvwxyz."}


@pytest.mark.parametrize(
    "link",
    [
        "https://ana.example/foto",
        "https://ana.example/guia",
        "https://ana.example/trabajos",
        "HTTPS://Ana.Example/foto",
        "ana.example/foto",
        "(https://ana.example/foto)",
        "“https://ana.example/foto”.",
    ],
)
def test_links_of_products_and_of_the_creators_texts_may_leave(link: str) -> None:
    assert AnswerProblem.LINK not in problems(f"Mira {link}")


@pytest.mark.parametrize(
    "link",
    [
        "https://ana.example/Foto",
        "https://ana.example/foto?ref=x",
        "https://ana.example",
        "http://ana.example/foto",
        "https://ana.example.evil.com/foto",
        "https://ana.example@evil.com/foto",
        "https://аna.example/foto",
        "https://ana.exámple/foto",
        "hxxps://ana.example/foto",
        "hxxp://evil.com",
        "evil dot com",
        "evil (punto) com",
        "evil ponto com/pagar",
        "evil[.]com",
        "evil . com",
        "e v i l . c o m",
        "evil。com",
        "evil.соm",
        "http://127.0.0.1/pay",
        "203.0.113.7/pay",
        "localhost:8000/x",
        "javascript:alert(1)",
        "tg://resolve?domain=evil",
        "_evil.com_",
        "aquí...evil.com",
    ],
)
def test_any_other_link_is_held(link: str) -> None:
    assert AnswerProblem.LINK in problems(f"Mira {link} cuando quieras")


@pytest.mark.parametrize(
    "text",
    [
        "Son 1.250,50 € y empieza a las 10.30.",
        "Trabajo en EE.UU., p. ej. a.m. y p.m.",
        "Te lo digo: 3.5 kg... y ya está.",
        "Termina.Así de fácil.",
        "¿Usas Node.js? La guia.pdf lo explica.",
        "Nesse ponto com calma você decide.",
        "Llegado a este punto me gustaría saber más.",
        "Escríbeme a hola@ana.example o a @ana.fotos.",
        "and/or, 24/7, 1/2",
    ],
)
def test_what_only_looks_like_a_link_is_none(text: str) -> None:
    assert find_links(text) == ()


@given(HOSTS, PATHS, st.sampled_from(["", "https://", "http://", "hxxp://", "ftp://"]), st.data())
def test_no_way_to_write_a_strange_link_hides_it(host: str, path: str, scheme: str, data: st.DataObject) -> None:
    cased = "".join(data.draw(st.sampled_from([char.lower(), char.upper()])) for char in host)
    place = data.draw(st.integers(0, len(cased)))
    hidden = cased[:place] + data.draw(HIDDEN) + cased[place:]
    written = data.draw(st.sampled_from([cased, hidden, host.translate(WIDE)]))
    assert AnswerProblem.LINK in problems(f"Paga en {scheme}{written}{path} y listo.")


@given(HOSTS, PATHS)
def test_a_link_is_the_same_as_itself_in_any_case_of_its_host(host: str, path: str) -> None:
    assert same_link(f"https://{host}{path}", f"HTTPS://{host.upper()}{path}")
    assert same_link(f"{host}{path}", f"https://{host}{path}")


def test_the_first_answer_to_somebody_is_a_draft_if_it_has_a_link() -> None:
    first = replace(GROUND, is_first_contact=True)
    assert problems("Mira https://ana.example/foto", first) == {AnswerProblem.FIRST_LINK}
    assert problems("¿Qué te gustaría conseguir?", first) == set()
