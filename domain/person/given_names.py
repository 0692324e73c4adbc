"""Given names that are common where Spanish, English or Portuguese is spoken; without accents, in lower case."""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GIVEN_NAMES: Final = _words("""
    aaron abigail abraham abril ada adam adan adela adelaida adele adolfo adrian adriana adriano agata agnes agustin
    agustina aida ainara ainhoa ainoa aitana aitor alan alberto alejandra alejandro alessandra alex alexa alexander
    alexandra alexandre alexia alexis alfonso alfredo alice alicia alina aline alisson allan almudena alvaro amaia
    amalia amanda amaya amelia amy ana anabel anabella anais andre andrea andreia andreina andres andressa andreu andrew
    angela angelina angelo anita anna anne annie anthony antia antonella antonia antonio araceli ariadna ariana arianna
    ariel armando arnau arthur artur arturo ashley asier augusto axel bartolome beatriz belen benedita benicio benito
    benjamin bernardo berta bia bianca bibiana borja braulio brenda breno brian bruna bruno bryan caio camila camilla
    camilo carina carla carles carlos carlota carmela carol carolina caroline catalina catarina caterina catherine caua
    cecilia celia celso cesar charles charlie charlotte chloe christina christine cintia claire claudia claudio cleber
    cleo concepcion constanza cora cristian cristina cristobal cynthia daiana daisy dalia damian dani daniel daniela
    daniella danielle danilo daphne dario davi david debora deborah delfina delia denis denise desiree diana diego dina
    dolors domenica donna dora dorothy douglas duarte eder edgar edith edmundo edson edu eduarda eduardo edurne edward
    eider elaine elena eleonora eli eliana eliane elias elisa elisabet elisabeth elisangela eliseo eliza elizabeth ellen
    ellie eloisa eloy elsa elvira emanuel emilia emiliana emiliano emilio emily emma emmanuel encarna enric enrique enzo
    eric erica erick erik erika ernesto esteban estefania estela ester esther ethan eugenia eugenio eulalia eva evan
    evelin evelyn ezequiel fabian fabiana fabiano fabio fabiola fabricio federica federico felipe felix fermin fernanda
    fernando ferran fidel filipa filipe fiona flavia flavio fran francesc francesca francisca francisco freddy frederico
    gabi gabriel gabriela gael gaizka gemma george gerard gerardo gilberto gines giovanna giovanni gisela gisele giselle
    gladys gonzalo gorka graciela graham gregorio greta guido guilherme guille guillem guillermo gustavo hanna hannah
    harry hector heitor helen helena heloisa henrique henry herminia hernan hilda horacio hugo humberto ian iara ignacio
    igor iker ilana imanol inaki ines ingrid inigo inma inmaculada irati irene iria irma isa isaac isabel isabela
    isabella isadora isaias ismael itziar ivan ivana ivone ivonne izaskun jacinta jacinto jacob jacqueline jaime jake
    james jamie jana janaina jane janet jason javi javier jean jennifer jenny jeremias jeronimo jessica jessie jesus
    joana joao joaquim joaquin jocelyn joel johana johanna john jon jonas jonatan jonathan jordi jorge jose josefa
    josefina joselyn joseph joshua josu josue juan juana juanjo juanma jude judith julia julian juliana juliano julieta
    julio kaique karen karina karla karol karolina kate katherine kathleen kathryn katia katie kelly kevin kiara
    kimberly koldo lais lara larissa laura lauren laurent lautaro lavinia lazaro leandra leandro leila leire leonardo
    leonel leonor leopoldo leti leticia liam lidia ligia lilian liliana lina livia liz lorena lorenzo lourdes luan luana
    luca lucas lucia luciana luciano lucila lucy luis luisa luisana luiz luiza luke lurdes lydia mabel macarena madison
    mafalda magali magdalena maialen maica maira maite malena manoel manoela manolo manu manuel manuela mara marc marcel
    marcela marcelo marcia marcio marco marcos margarida maria mariana mariano maribel maricarmen mariela marilia mario
    marisa marisol marlene marta martha martim martin martina mary mateo mateu mateus matheus mathew matias matilde
    matthew mauricio maurilio mauro maximiliano mayra megan melania melanie melina melissa merce meritxell micaela
    michael michel michele michelle miguel mikel mila milena millan minerva mireia miriam mirta moises molly monica
    monserrat montse montserrat murilo myriam nacho nadia nagore nahia nahuel naia naiara najla nancy naomi natalia
    natalie natasha nathalia nathan nayara nelson nerea nestor neus nicanor nicolas nicolau nicole noa noah noe noelia
    noemi nora norberto nuno nuria octavio odalys ofelia oihana olaia olalla olga oliver olivia omar oriol oscar osvaldo
    otavio otto pablo paco paloma pamela paola patricia patricio patrick patty paul paula paulina paulo pedro penelope
    pepa pepe peter philip pia priscila quim quique rachel rafa rafael rafaela raissa ramiro ramon ramona raquel raul
    rebeca rebecca reinaldo renata renato ricardo richard robert roberta roberto robson rocio rodolfo rodrigo rogelio
    roger rogerio rolando romina ronaldo roque rosalia rosana rosaura roser rosi rosina roxana roxanne ruben rui ruth
    ryan sabela sabrina saioa salma salome salvatore sam samanta samantha samara samira samuel sandra santi santiago
    sara sarah saray saskia saul sebastian sebastiao selena sergi sergio sheila sidney silvana silvia simao simon simona
    simone sofia sonia sophia sophie stacy stefania stefano stephanie stephen steve steven sueli susan susana suzana
    sylvia tadeu tais talita tamara tania tati tatiana teo teodoro tere teresa thais thalia thiago thomas tiago timothy
    tina tobias tomas toni tony tracy tristan unai uxia valentin valentina valeria valerie vanesa vanessa vanina
    veronica vicent vicente victor vincent vinicius virginia viviana viviane vladimir walter wanda wendy wesley william
    willian wilson xabi xabier xavi xavier ximena xisca yadira yago yaiza yamila yanina yanira yasmin yeray yesenia
    yesica yessica yolanda yoli yuri zaira zoe zoraida zulema
""")

ALSO_WORDS: Final = _words("""
    alba amparo angel angeles angelica asuncion aurora barbara bella bill blanca branca candela carmen celeste clara
    consuelo dolores domingo dulce encarnacion esperanza estrella faith fatima felicidad flor florencia gala gema
    genesis gloria grace guadalupe hope iris jack jan joy lia linda lisa lola luz mar margarita marina mark max mercedes
    mia milagros nieves noel norma pau paz perla petra pilar regina remedios rita rosa rosario rose salvador sol soledad
    stella sue vera victoria violeta vitoria will
""")
"""Names that are words as well: written with a capital they are names, else nobody can tell."""

NO_NAMES: Final = _words("""
    a actually also am amei and aqui as at atencao atencion bem bien boa bom buen buena buenas buenos busco can como con
    correct could da de del desde do e el em en encantada encantado encontre essa estaba este estou estoy for from
    gostaria gracias gusto hello hey hi hola how i igual im in is just la las les listed lo los me mi moro mucha muchas
    mucho muchos muito na necesito nice no not nothing o obrigada obrigado oi ola on only para pero please porque prazer
    preciso pregunta pretty que queria quero quiero sale same so sou soy spelled te tengo tenho thank thanks the to too
    trabajo tu tudo um un una unknown vengo very vi vim vivo want what wrong y ya yo
""")
"""Words that begin a sentence, or go on with one, where people write no full stop before or behind their name."""
