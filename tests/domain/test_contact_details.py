"""What people tell of themselves in passing, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.person.names import first_name
from domain.person.phones import is_e164
from domain.understanding.contact_details import ContactDetails, found_contact_details


@pytest.mark.parametrize(
    ("text", "name"),
    [
        # Spanish
        ("soy Ana", "Ana"),
        ("Hola! soy ana, me interesa el curso", "Ana"),
        ("SOY ANA QUIERO INFO", "Ana"),
        ("Soy Ana Quiero saber el precio", "Ana"),
        ("yo soy ana lopez", "Ana"),
        ("soy la Ana", "Ana"),
        ("soy Clara", "Clara"),
        ("soy Carmen de Vodafone", "Carmen"),
        ("soy Sofía, la hermana de Ana", "Sofía"),
        ("me llamo Luis García", "Luis García"),
        ("Me llamo Nuria Martínez, soy fotógrafa", "Nuria Martínez"),
        ("hola me llamo maria jose y quiero info", "Maria Jose"),
        ("me llamo Xóchitl", "Xóchitl"),
        ("mi nombre es María José", "María José"),
        ("mi nombre es: Iñaki", "Iñaki"),
        ("te escribe Rocío, de Sevilla", "Rocío"),
        ("buenas tardes, aquí Rocío", "Rocío"),
        ("Hola, Ana por aquí", "Ana"),
        ("soy Ana... bueno, me llamo Ana López", "Ana López"),
        # English
        ("I'm Sarah from Leeds", "Sarah"),
        ("i’m sarah and I love your work", "Sarah"),
        ("I am Will", "Will"),
        ("my name is Aoife", "Aoife"),
        ("my name's Tom, nice to meet you", "Tom"),
        ("My name is Siobhán O'Brien", "Siobhán O'Brien"),
        ("this is Daniel speaking", "Daniel"),
        ("you can call me Kate", "Kate"),
        ("Kate here! quick question", "Kate"),
        # Portuguese
        ("sou a Ana", "Ana"),
        ("Oi, eu sou o joão", "João"),
        ("sou o João da Bahia", "João"),
        ("meu nome é Thaís", "Thaís"),
        ("meu nome e thais", "Thais"),
        ("me chamo Jandira, tudo bem?", "Jandira"),
        ("aqui é o Pedro", "Pedro"),
        ("aqui quem fala é a Maria", "Maria"),
        ("pode me chamar de Rafa", "Rafa"),
    ],
)
def test_who_says_their_name_is_known_by_it(text: str, name: str) -> None:
    assert found_contact_details(text, country=None) == ContactDetails(name=name)


@pytest.mark.parametrize(
    "text",
    [
        # What they are
        "soy nueva",
        "Soy Diseñadora",
        "soy Virgo",
        "soy de Madrid",
        "Soy De Madrid",
        "soy clara con esto",
        "soy fan de Ana",
        "I'm interested",
        "I'm Interested",
        "I am sure",
        "I'm Portuguese",
        "I am will-powered",
        "this is Amazing",
        "this is for Ana",
        "sou de SP",
        "sou carioca",
        "sou aluna da Ana",
        # Somebody else
        "soy la hermana de Ana",
        "I'm Ana's sister",
        "my name is Ana's secret",
        "mi hija se llama Ana",
        "¿eres Ana?",
        "¿está por aquí Ana?",
        "gracias Ana",
        "Ana aquí te mando el comprobante",
        # Denied, or two at once
        "no soy Ana",
        "no me llamo Ana",
        "I'm not Sarah",
        "não sou a Ana",
        "soy Ana y él dice: soy Luis",
        # The same words for another thing
        "Me llamo la atención tu post",
        "me llamó mucho la atención",
        "Me Llamo Mucho La Atención",
        "me llamo tu curso",
        "mi nombre es lo de menos",
        "my name is on the list",
        "my name is not important",
        "call me later",
        "llámame mañana",
        "aquí estoy",
        "soy yo",
        "sou eu",
        "me llamo xóchitl",
    ],
)
def test_what_is_no_name_of_theirs_is_none(text: str) -> None:
    assert found_contact_details(text, country="ES") == ContactDetails()


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("mi correo es ana@gmail.com.", "ana@gmail.com"),
        ("Ana.Lopez@GMAIL.com", "Ana.Lopez@gmail.com"),
        ("email:ana+foto@x.co.uk!", "ana+foto@x.co.uk"),
        ("send it to (ana@example.com) please", "ana@example.com"),
        ("mándamelo a ana@gmail.com", "ana@gmail.com"),
        ("te escribí desde ana@gmail.com", "ana@gmail.com"),
        ("pode mandar para ana@uol.com.br?", "ana@uol.com.br"),
        ("ana@gmail.com, repito, ana@gmail.com", "ana@gmail.com"),
        ("Mi marido no quiere. Mi correo: ana@gmail.com", "ana@gmail.com"),
    ],
)
def test_an_address_of_their_own_is_found(text: str, email: str) -> None:
    assert found_contact_details(text, country=None) == ContactDetails(email=email)


@pytest.mark.parametrize(
    "text",
    [
        "@ana_foto",
        "ana@gmail",
        "ana(at)gmail.com",
        "https://ana@example.com/x",
        "ana@x.com o luis@x.com",
        "te escribí a info@x.com y nada",
        "I sent it to info@x.com yesterday",
        "mandei para contato@x.com e nada",
        "el correo de mi marido es luis@x.com",
        "my sister's email is eva@x.com",
        "is your email info@x.com?",
        "¿tu correo es info@x.com?",
        "mi correo ya no es ana@x.com",
    ],
)
def test_an_address_of_somebody_else_is_not_theirs(text: str) -> None:
    assert found_contact_details(text, country="ES") == ContactDetails()


@pytest.mark.parametrize(
    ("text", "country", "phone"),
    [
        ("mi número es 612 34 56 78", "ES", "+34612345678"),
        ("612-345-678", "ES", "+34612345678"),
        ("apunta: 34612345678", "ES", "+34612345678"),
        ("0034 612 34 56 78", "ES", "+34612345678"),
        ("+351 912 345 678", "ES", "+351912345678"),
        ("+34612345678", None, "+34612345678"),
        ("call me at (212) 555-0147", "US", "+12125550147"),
        ("my number is 07911 123456.", "GB", "+447911123456"),
        ("meu zap é (11) 98765-4321", "BR", "+5511987654321"),
        ("11 98765-4321", "BR", "+5511987654321"),
    ],
)
def test_a_number_of_their_own_is_found(text: str, country: str | None, phone: str) -> None:
    assert found_contact_details(text, country=country) == ContactDetails(phone=phone)


@pytest.mark.parametrize(
    "text",
    [
        "son 1.250,50 €",
        "pago 612345678 euros",
        "tengo 612345678 seguidores",
        "mi pedido es el 612345678",
        "order 612345678 never arrived",
        "el código 612345678 no funciona",
        "mi DNI es 12345678Z",
        "ES91 2100 0418 4502 0005 1332",
        "4111 1111 1111 1111",
        "el 24/12/2024 a las 10:30",
        "https://wa.me/34612345678",
        "llamé al 612345678 y nada",
        "mi madre tiene el 612345678",
        "¿tu número es el 612345678?",
        "612345678 o 612345679",
        "llamad al 900100200",
        "12345",
    ],
)
def test_a_number_that_is_not_theirs_or_no_phone_is_none(text: str) -> None:
    assert found_contact_details(text, country="ES") == ContactDetails()


def test_a_bare_number_is_nobodys_where_the_country_is_unknown() -> None:
    assert found_contact_details("612345678", country=None) == ContactDetails()


def test_all_of_them_may_stand_in_one_message() -> None:
    text = "Hola, soy Ana López, mi mail es ana@gmail.com y mi móvil el 612 345 678"
    assert found_contact_details(text, country="ES") == ContactDetails("ana@gmail.com", "+34612345678", "Ana López")


PIECES = ["soy", "me llamo", "Ana", "Ana's", "@x.com", "ana@x.com", "612345678", "+34", "no", ",", "my"]


@given(st.text(max_size=300) | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_whatever_is_written_what_is_found_can_be_kept(text: str) -> None:
    found = found_contact_details(text, country="ES")
    assert found.phone is None or is_e164(found.phone.removeprefix("+"))
    assert found.name is None or first_name(found.name) is not None
    assert found.email is None or "@" in found.email
