"""Top-level domains by which a bare web address is known: all of countries, and the usual others (IANA root zone)."""

from typing import Final

_COUNTRIES: Final = """
    ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz ca
    cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr
    ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm
    jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq
    mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa
    re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn
    to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
"""
_OTHERS: Final = """
    academy accountant accountants actor adult agency app apps art asia associates auction audio auto autos baby
    band bank bar beauty beer best bet bid bike bingo bio biz black blog blue boats bond boo boutique broker build
    builders business buzz cab cafe cam camera camp capital car cards care career careers cars casa cash casino cat
    center ceo cfd chat cheap christmas church city claims cleaning click clinic clothing cloud club coach codes
    coffee college com community company computer condos construction consulting contact contractors cooking cool
    coop country coupons courses credit creditcard cricket cruises cyou dance date dating day deals degree delivery
    democrat dental design dev diamonds diet digital direct directory discount doctor dog domains download earth eco
    edu education email energy engineer engineering enterprises equipment esq estate events example exchange expert
    exposed express fail faith family fan fans farm fashion feedback finance financial fish fit fitness flights
    florist foo football forex forsale forum foundation fun fund furniture futbol fyi gallery game games garden gay
    gift gifts gives glass global gmbh gold golf gov graphics gratis green gripe group guide guitars guru hair haus
    health healthcare help hiphop hockey holdings holiday homes horse hospital host hosting house how icu immo
    immobilien inc industries info ing ink institute insurance insure int international investments invalid irish
    jetzt jewelry jobs juegos kaufen kids kim kitchen land lat law lawyer lease legal lgbt life lifestyle lighting
    limited limo link live living llc loan loans local localhost lol love ltd luxe luxury maison makeup management
    market marketing markets mba media meme memorial men menu mil mobi moda moe mom money monster mortgage mov movie
    museum music name net network news ninja now nyc observer online ooo org organic page partners parts party pet
    pharmacy phd photo photography photos pics pictures pink pizza plumbing plus poker porn post press pro
    productions prof promo properties property protection pub quest racing realty recipes red rehab reise reisen
    rent rentals repair report republican rest restaurant review reviews rich rip rocks rodeo rsvp run sale salon
    sarl sbs school schule science security services sexy shoes shop shopping show singles site ski skin soccer
    social software solar solutions space sport storage store stream studio study style sucks supplies supply
    support surf surgery systems tattoo tax taxi team tech technology tel tennis test theater theatre tickets tienda
    tips tires today tools top tours town toys trade trading training travel tube university uno vacations vegas
    ventures vet viajes video villas vin vip vision vodka vote voting voto voyage watch webcam website wedding wiki
    win wine work works world wtf xn xxx xyz yachts yoga zip zone
"""
TOP_LEVEL_DOMAINS: Final = frozenset((_COUNTRIES + _OTHERS).split())
_SPELLED: Final = "com net org io co me app shop xyz link info site online store live ly biz club"
SPELLED: Final = frozenset(_SPELLED.split())
"""Those that people spell out: "evil dot com"."""
