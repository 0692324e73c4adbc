"""What is answered in Spanish."""

from typing import Final

from domain.vocabulary import Intent
from processes.wordings.wordings import Wordings

SPANISH: Final = Wordings(
    greeting_first="¡Hola{name|}!",
    price_first="“{product_name}” cuesta {price}.",
    refusal=(
        "Entendido, gracias por decírmelo. Si algún día te apetece saber más, aquí tienes tu casa. ¡Todo lo mejor!",
        "Sin problema, se agradece la sinceridad. Y si más adelante te surge alguna duda, esta puerta queda abierta.",
        "Perfecto, no pasa nada. Cualquier pregunta que te surja es bienvenida por aquí. ¡Un abrazo!",
        "Te entiendo, no todo es para todo el mundo. ¡Gracias por contestar y que tengas un buen día!",
    ),
    answers={
        Intent.OPT_OUT: (
            (
                "Entendido: se acabaron los mensajes automáticos. Si algún día quieres volver a recibirlos, escribe "
                "ALTA. ¡Cuídate!",
                "Listo, desde ahora no te llega nada automático por aquí. Para volver a recibir mensajes basta con "
                "escribir ALTA. ¡Que te vaya muy bien!",
                "De acuerdo, te dejamos en paz. Si cambias de idea, con escribir ALTA es suficiente. ¡Un saludo!",
            ),
        ),
        Intent.ESCALATION: (
            (
                "Te escribe el asistente automático de {creator_name}, no una persona. Ya he dejado el aviso: una "
                "persona te contestará aquí mismo en cuanto pueda.",
                "Prefiero que esto lo vea alguien de carne y hueso, porque soy el asistente automático de "
                "{creator_name}. El aviso ya está dado y una persona te responderá en este chat.",
                "Claro que sí. Hasta aquí has hablado con el asistente automático de {creator_name}; he avisado para "
                "que lo lea una persona, que te contestará en esta misma conversación.",
            ),
        ),
        Intent.SUPPORT: (
            (
                "Siento que algo no vaya bien, vamos a mirarlo. ¿Me cuentas qué intentabas hacer y qué ves "
                "exactamente? Con el texto del error o una captura será más fácil ayudarte.",
                "Vaya, qué rabia. Para entender qué pasa: ¿en qué paso te quedas y qué mensaje te aparece? Si puedes, "
                "manda una captura de pantalla.",
                "Perdona las molestias. ¿Desde qué dispositivo entras? Dime también qué sale en la pantalla cuando "
                "falla, y así encontramos antes la causa.",
            ),
        ),
        Intent.INTEREST_STRONG: (
            (
                "¡Qué alegría! “{product_name}” cuesta {price} y puedes empezar desde aquí:\n{link}\n¿Te queda alguna "
                "duda antes de apuntarte?",
                "¡Genial! Este es el enlace de “{product_name}”:\n{link}\nSon {price}. Si algo no te queda claro antes "
                "de pagar, pregúntame sin problema.",
                "¡Me encanta que te animes! Aquí te apuntas a “{product_name}” por {price}:\n{link}\n¿Todo claro o "
                "quieres comentar algo primero?",
            ),
            (
                "¡Qué alegría! Puedes empezar con “{product_name}” desde aquí:\n{link}\n¿Te queda alguna duda antes de "
                "apuntarte?",
                "¡Genial! Todo lo de “{product_name}” está en este enlace:\n{link}\nSi algo no te queda claro, "
                "pregúntame sin problema.",
                "¡Me encanta que te animes! Para apuntarte a “{product_name}”, entra aquí:\n{link}\n¿Quieres comentar "
                "algo primero?",
            ),
            (
                "¡Qué alegría! Hay varias opciones: {choice}. ¿Con cuál quieres empezar?",
                "¡Genial! Solo me falta saber cuál es la tuya: {choice}. ¿Cuál eliges?",
                "¡Me encanta que te animes! De todo lo que hay ({choice}), ¿qué es lo que quieres?",
            ),
        ),
        Intent.OBJECTION_PRICE: (
            (
                "Entiendo que es una decisión y que hay que pensarla. ¿Qué te gustaría conseguir? Así vemos si de "
                "verdad te merece la pena.",
                "Es normal mirar el bolsillo antes de dar el paso. Dejando el precio a un lado un momento, ¿es lo que "
                "estás buscando?",
                "Gracias por decirlo con claridad. ¿Se te va de presupuesto ahora mismo o es que no tienes claro que "
                "te compense?",
            ),
        ),
        Intent.OBJECTION_TIME: (
            (
                "Te entiendo, las semanas se llenan enseguida. Siendo realistas, ¿cuánto tiempo tendrías a la semana? "
                "Así vemos si te encaja ahora.",
                "Ir con la agenda a tope le pasa a mucha gente. ¿Qué es lo que más tiempo te quita ahora mismo?",
                "Tiene sentido, y tampoco se trata de añadirte otra carga. ¿Hay algún rato del día que sea más tuyo?",
            ),
        ),
        Intent.OBJECTION_DOUBT: (
            (
                "Claro, piénsalo con calma, no hay prisa. ¿Qué es lo que más te hace dudar?",
                "Las dudas son buena señal: te lo estás tomando en serio. ¿Hay algo en concreto que te frene?",
                "Tómate el tiempo que necesites. Si quieres, lo vemos juntos: ¿qué tendrías que saber para decidirte "
                "a gusto?",
            ),
        ),
        Intent.OBJECTION_LATER: (
            (
                "Sin problema, cada cosa a su tiempo. ¿Cuándo te vendría mejor que lo retomemos?",
                "Perfecto, sin presión ninguna. ¿Qué tendría que pasar para que fuera un buen momento?",
                "Lo entiendo, ahora tocan otras cosas. ¿Para qué mes te lo planteas, más o menos?",
            ),
        ),
        Intent.OBJECTION_WORKS: (
            (
                "Buena pregunta, y prefiero no prometerte nada: depende mucho de tu punto de partida. ¿Qué te gustaría "
                "conseguir y qué has probado hasta ahora?",
                "Haces bien en preguntarlo. No hay fórmulas mágicas y no a todo el mundo le sirve lo mismo. ¿Cuál es "
                "tu situación ahora?",
                "Entiendo la desconfianza, se ve de todo por ahí. ¿Has tenido alguna mala experiencia con algo "
                "parecido?",
            ),
        ),
        Intent.OBJECTION_NOT_FOR_ME: (
            (
                "Es normal preguntárselo. ¿Me cuentas de dónde partes y qué buscas? Así vemos si es para ti.",
                "Puede que sí y puede que no, depende de lo que necesites. ¿Qué te hace pensar que no te encaja?",
                "Mejor verlo antes que arrepentirse después. ¿Cuánta experiencia tienes y adónde te gustaría llegar?",
            ),
        ),
        Intent.OBJECTION_COMPLICATED: (
            (
                "Al principio casi todo parece más difícil de lo que es. ¿Qué parte te parece más complicada? "
                "Empecemos por ahí.",
                "Sé que visto desde fuera impone un poco. ¿Qué es lo primero que te echa para atrás?",
                "Paso a paso suele verse de otra manera. ¿Te preocupa la parte técnica o más bien no saber por dónde "
                "empezar?",
            ),
        ),
        Intent.OBJECTION_ALREADY_HAVE: (
            (
                "¡Qué bien que ya tengas algo parecido! ¿Qué te está funcionando y qué echas en falta? Así vemos si "
                "esto te aportaría algo nuevo.",
                "Entonces no empiezas de cero, eso está muy bien. ¿Hay algo que todavía se te resista?",
                "Tiene todo el sentido no pagar dos veces por lo mismo. ¿Con qué estás ahora y cómo te va?",
            ),
        ),
        Intent.QUESTION_PRODUCT: (
            (
                "“{product_name}” cuesta {price}. ¿Qué más te gustaría saber?",
                "Son {price} por “{product_name}”. ¿Te resuelvo alguna otra duda?",
                "El precio de “{product_name}” es de {price}. ¿Hay algo más que quieras preguntar antes de decidir?",
                "Te cuento: “{product_name}” está a {price}. ¿Qué es lo que más te interesa?",
            ),
            (
                "Aquí puedes ver todo sobre “{product_name}”:\n{link}\n¿Qué te gustaría saber en concreto?",
                "Tienes los detalles de “{product_name}” en esta página:\n{link}\nÉchale un vistazo, ¿qué dudas te "
                "quedan?",
                "Lo más completo sobre “{product_name}” está en:\n{link}\n¿Hay algo en particular que te interese?",
            ),
            (
                "¡Con gusto! Esto es lo que hay: {choice}. ¿Sobre cuál te cuento más?",
                "Depende de cuál sea: {choice}. ¿De qué opción hablamos?",
                "Ahora mismo puedes elegir entre estas opciones: {choice}. ¿Cuál te interesa?",
            ),
        ),
        Intent.LEAD_MAGNET: (
            (
                "Para empezar te dejo “{product_name}”:\n{free_link}\n¿Me cuentas qué te parece?",
                "¡Claro! “{product_name}” no cuesta nada y está aquí:\n{free_link}\n¿Qué es lo que más te interesa del "
                "tema?",
                "Aquí lo tienes, “{product_name}”, gratis:\n{free_link}\nOjalá te sirva. ¿Qué te gustaría conseguir?",
            ),
        ),
        Intent.INTEREST_SOFT: (
            (
                "¡Qué bien que te interese “{product_name}”! ¿Qué te gustaría conseguir?",
                "Me alegra que te llame la atención “{product_name}”. ¿Es algo nuevo para ti o ya has hecho cosas "
                "parecidas?",
                "¡Buena elección para empezar a mirar! ¿Qué te ha hecho fijarte en “{product_name}”?",
                "Cuéntame un poco de ti y vemos si “{product_name}” te encaja: ¿en qué punto estás ahora?",
            ),
            (
                "¡Qué bien que te interese! Esto es lo que hay: {choice}. ¿Cuál te llama más la atención?",
                "Me alegra leerte. Tienes para elegir: {choice}. ¿Por dónde te gustaría empezar?",
                "¡Genial! Según lo que busques, está esto: {choice}. ¿Qué se acerca más a lo que necesitas?",
            ),
        ),
        Intent.QUESTION_GENERAL: (
            (
                "Te escribe el asistente de {creator_name}. Te puedo contar sobre su trabajo y lo que ofrece. ¿Qué te "
                "gustaría saber?",
                "Buena pregunta. Soy el asistente de {creator_name} y por aquí resuelvo dudas sobre lo que hace. ¿Qué "
                "es lo que más te interesa?",
                "Aquí estás con el asistente de {creator_name}. ¿Buscas algo en concreto o quieres una idea general "
                "de lo que hay?",
            ),
        ),
        Intent.GREETING: (
            (
                "¡Hola{name|}! Qué bien que escribas 😊 ¿En qué te puedo ayudar?",
                "¡Buenas{name|}! Gracias por pasarte por aquí. ¿Qué te trae?",
                "¡Hola{name|}! ¿Cómo va todo? Cuéntame, ¿qué te gustaría saber?",
                "¡Ey{name|}! Qué alegría leerte 😊 ¿Buscas algo en concreto?",
            ),
        ),
        Intent.THANKS: (
            (
                "¡A ti{name|}! Si te surge cualquier duda, aquí estamos 😊",
                "¡No hay de qué{name|}! Cualquier cosa, escribe cuando quieras.",
                "¡Un placer{name|}! Me alegra que te sirva.",
                "¡De nada{name|}! Que tengas un buen día.",
            ),
        ),
        Intent.GOODBYE: (
            (
                "¡Hasta pronto{name|}! Que te vaya muy bien 😊",
                "¡Un abrazo{name|}! Cuando quieras, por aquí seguimos.",
                "¡Cuídate mucho{name|}! Ha sido un gusto hablar contigo.",
                "¡Adiós{name|}! Gracias por el ratito 😊",
            ),
        ),
    },
)
