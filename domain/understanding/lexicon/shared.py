"""Spellings, noise words and word classes that every language's phrases rely on."""

from domain.understanding.lexicon.meaning import MeaningMark, Phrases

PHRASES: Phrases = {
    MeaningMark.ACKNOWLEDGED: """
        ok
        okay
        okey
        okk
        oki
        super
        """,
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(text: str) -> dict[str, str]:
    pairs = (line.split("=") for line in text.strip().splitlines())
    return {written.strip(): meant.strip() for written, meant in pairs}


# As written = as the phrases spell it, which may be several words.
SPELLINGS = _pairs("""
    im = i am
    ive = i have
    ill = i will
    id = i would
    its = it is
    thats = that is
    whats = what is
    hows = how is
    wheres = where is
    whos = who is
    theres = there is
    nows = now is
    lets = let us
    youre = you are
    youve = you have
    theyre = they are
    dont = do not
    doesnt = does not
    didnt = did not
    cant = can not
    cannot = can not
    couldnt = could not
    wont = will not
    wouldnt = would not
    shouldnt = should not
    isnt = is not
    arent = are not
    wasnt = was not
    aint = is not
    havent = have not
    hasnt = has not
    hadnt = had not
    wanna = want to
    gonna = going to
    gotta = have to
    gimme = give me
    lemme = let me
    dunno = do not know
    idk = i do not know
    u = you
    ur = your
    yr = your
    r = are
    rn = right now
    atm = at the moment
    bc = because
    abt = about
    pics = pictures
    fre = free
    nope = no
    nah = no
    q = que
    k = que
    ke = que
    xq = por que
    pq = por que
    porq = por que
    x = por
    d = de
    toy = estoy
    kiero = quiero
    kero = quero
    cto = cuanto
    cnto = cuanto
    cuant = cuanto
    cuestra = cuesta
    grax = gracias
    graciass = gracias
    grcs = gracias
    grs = gracias
    tmb = tambien
    bn = bien
    informasion = informacion
    wapa = guapa
    vc = voce
    vcs = voces
    ce = voce
    ta = esta
    tava = estava
    pra = para
    pras = para as
    pro = para o
    n = nao
    naum = nao
    num = nao
    eh = e
    oq = o que
    qto = quanto
    qnto = quanto
    qt = quanto
    qts = quantos
    qnd = quando
    qdo = quando
    mto = muito
    mt = muito
    mta = muita
    obg = obrigado
    obgd = obrigado
    obgda = obrigada
    obgdo = obrigado
    brigado = obrigado
    brigada = obrigada
    vlw = valeu
    msm = mesmo
    hj = hoje
    td = tudo
    blz = beleza
    aki = aqui
    pagto = pagamento
    gratiss = gratis
    oii = oi
    oiii = oi
""")

POLITE = _words("porfa porfis porfi porfavor plis pls plz please pfv pfvr pf pff favorzinho")
NEGATORS = _words("no ni nunca jamas tampoco sin not never without nao nem sem")
WHY = _words("why por porque")  # "why not?" and "¿por qué no?" deny nothing
CONNECTORS = _words("pero sino aunque but although though however porem embora")
# "mas" is "but" in Portuguese and "more" in Spanish without its accent; only a Portuguese clause goes on like this.
AFTER_PORTUGUESE_MAS = _words(
    "eu quero queria e ta esta to estou nao tenho tem gostei achei preciso vou acho agora fiquei adorei posso"
)

# What a creator may sell, whatever its name.
OWN_THINGS = _words("""
    curso cursos programa programas mentoria mentorias ebook libro livro book guia guide acceso acesso access
    producto produto product plan plano taller workshop masterclass comunidad comunidade community membresia
    membership pack pacote bundle course courses program programs coaching clase clases aula aulas class classes
    suscripcion assinatura subscription servicio servico service asesoria consultoria formacion formacao training
    entrenamiento treinamento metodo method template plantilla planilha todo tudo everything
""")
# Between "buy" and its object.
FILLERS = _words("""
    el la los las lo un una unos unas tu tus su sus este esta ese esa esto eso ya mismo tambien completo
    it the a an this that your one now today too also here full directly
    o os as um uma uns umas esse essa isso isto seu sua meu minha ja mesmo tambem
""")
# Words that show that "buy" has no object of its own here.
AFTER_A_PURCHASE = _words("""
    de para con por en hoy ahora si y e que cuanto donde como cuando o manana desde
    if and or from with for by in on how where when asap right before tomorrow
    com no na em agora hoje se mas quanto onde quando do da amanha
""")
