"""Phrases of commitments in three languages, as regular expressions for folded text (see `alternatives`)."""

from collections.abc import Mapping
from typing import Final

from domain.answering.commitment_kinds import Commitment

PHRASES: Final[Mapping[Commitment, str]] = {
    Commitment.RESERVED: r"""
        \b(?:tienes|queda|te queda|tenes) (?:\w+ )?(?:plaza|lugar|sitio|cupo) (?:\w+ )?(?:reservad|asegurad|guardad
            |garantizad)[oa]
        \b(?:your|the) (?:spot|seat|place|slot|order) (?:is|has been) (?:now |already |all )*(?:reserved|saved|booked
            |secured|confirmed|held|set)
        \b(?:sua|tua) (?:vaga|inscricao) (?:ja )?(?:esta|ficou|foi) (?:\w+ )?(?:reservad|garantid|confirmad|separad)a
    """,
    Commitment.SENT: r"""
        \b(?:te|lhe) passei\b|\bpassei (?:o|a|seu|sua) (?:link|acesso|material|senha|arquivo)\b
    """,
    Commitment.PAID: r"""
        \b(?:he|hemos|ya) (?:recibido|recibimos|recibi) (?:tu|el|su) (?:pago|transferencia|deposito)\b|\b(?:recibi
            |recibimos) (?:tu|el|su) (?:pago|transferencia)\b
        \b(?:tu|el|su) (?:pago|transferencia|compra) (?:ya )?(?:ha sido|se ha|fue|esta|quedo
            |ha) (?:\w+ )?(?:confirmad|recibid|procesad|aprobad|registrad|entrad|llegad)[oa]\b
        \b(?:tu|su) (?:pago|transferencia) (?:ya )?(?:entro|llego|aparece)\b
        \b(?:your|the) (?:payment|transfer|purchase) (?:is|has been|was|went
            |has) (?:now |already |all |been )*(?:received|confirmed|processed|approved|through|completed
            |gone through|come through)
        \b(?:received|got) your (?:payment|transfer|money)
        \b(?:recebi|recebemos) (?:o |a )?(?:seu|sua) (?:pagamento|pix|transferencia)
        \b(?:seu|o|sua) (?:pagamento|pix|compra|transferencia) (?:ja )?(?:foi|esta|ficou) (?:\w+ )?(?:confirmad
            |recebid|aprovad|processad)[oa]\b|\bseu (?:pagamento|pix) (?:ja )?(?:caiu|entrou)\b
    """,
    Commitment.REFUNDED: r"""
        \b(?:te (?:hago|hare|hacemos|haremos)|voy a (?:hacerte|tramitar|gestionar)|(?:he|hemos) (?:hecho|tramitado
            |solicitado|gestionado)) (?:el |un |tu |la )?(?:reembolso|devolucion)
        \b(?:your|the|a full|a) (?:\w+ )?refund (?:is|has been|was|will) (?:\w+ )*(?:on its way|processed|issued
            |approved|arrive|sent|made|be)|\b(?:issue|issued|process|processed|give you
            |gave you) (?:you |a |your |the |full )*refund|\byou(?:'ll| will) (?:get|receive
            |have) (?:\w+ ){0,3}?(?:money|refund)
        \b(?:faco|farei|vou fazer|fizemos|fiz|solicitei) (?:o |um |seu |o seu )?(?:reembolso|estorno)|\b(?:seu
            |o) (?:reembolso|estorno) (?:ja )?(?:foi|esta|sera)
        \b(?:te )?(?:devolvemos|devolvere|devolveremos|regreso|regresamos) (?:\w+ ){0,3}dinero|\b(?:devolvo
            |devolvemos) (?:\w+ ){0,3}dinheiro
    """,
    Commitment.ADDED: r"""
        \byou(?:'re| are) (?:now |already |all |officially )*(?:in\b(?! good)|enrolled|registered|signed up
            |on the list|set\b|a member)|\byou now have (?:full )?access|\byour (?:access|account) (?:is
            |has been) (?:now )?(?:active|activated|unlocked|upgraded|ready)|\bgive you (?:\w+ )?access
            |\bgave you (?:\w+ )?access
        \bya (?:estas|tienes|quedaste) (?:\w+ )?(?:dentro|inscrit[oa]|apuntad[oa]|acceso|registrad[oa]|en la lista)
            |\btu (?:acceso|cuenta) (?:ya )?(?:esta|ha sido|quedo) (?:activ\w+|list[oa]|habilitad[oa])
        \bvoce (?:ja )?(?:esta|foi) (?:inscrit[oa]|matriculad[oa]|dentro|na lista|cadastrad[oa])|\bvoce ja tem acesso
            |\bseu (?:acesso|cadastro) (?:ja )?(?:esta|foi) (?:\w+)
    """,
    Commitment.GUARANTEED: r"""
        \bgarantiz\w+|\bgarant(?:o|imos|e|id[oa]s?)\b|\bguaranteed\b|\b(?:i|we) (?:can )?guarantee\b|\basegur(?:o
            |amos|ad[oa]s?)\b (?:que|resultad)
        \b(?:te |os |se )?(?:lo )?promet(?:o|emos|id[oa])\b|\b(?:i|we) (?:can )?promise\b|\bmy promise\b
            |\byou have my word\b|\bte doy mi palabra\b|\btienes mi palabra\b|\btem (?:a )?minha palavra\b
        \b(?:results?|resultados?) (?:assured|asegurados?|assegurados?|certain|certos?)\b|\byou will definitely\b
            |\b(?:te|se) asegur(?:o|amos)\b|\bi assure you\b|\basseguro\b
    """,
    Commitment.WARRANTED: r"""
        \bgarantias?\b|\bguarantee\b|\bwarrant(?:y|ies|ed)\b|\bmoney[- ]back\b|\bdinero de vuelta\b
            |\bdinheiro de volta\b
        \b(?:sin|zero|cero|sem|without any) (?:ningun |nenhum )?(?:riesgo|risk|risco)s?\b|\brisk[- ]free\b
    """,
    Commitment.DISCOUNTED: r"""
        \bdescuent\w+|\bdiscount\w*|\bdescont\w+|\brebaj(?:a|as|ado|ada|arte|artelo|o|amos)\b|\bcup(?:on|ones|om
            |ons)\b|\bcoupons?\b|\bvouchers?\b|\bpromo codes?\b|\bcodigo promo\w*|\bcodigos? de (?:oferta|promocion
            |promocao)
        \b(?:precio|oferta|trato|preco|condicao|tarifa) (?:muy )?(?:especial|exclusiv[oa]|de amigos?|unic[oa]
            |reducid[oa])|\b(?:special|exclusive|reduced|lower|better) (?:price|offer|deal|rate)
        \bte lo (?:dejo|deixo) (?:en|por|a|mas barato)\b|\bte (?:hago|dejo) (?:un |el )?(?:precio|preciazo)
            |\bmas barato para ti\b|\b(?:knock|take) (?:\w+ ){1,4}off\b|\b(?:cheaper|less) (?:just )?for you\b
            |\b(?:faco|deixo) (?:por|pra voce por|para voce por|mais barato)\b
    """,
    Commitment.CHECKED: r"""
        \b(?:he pedido|hemos pedido|pedi|pedire|pido) a \w+ que\b|\b(?:falei|vou falar|falarei|ja falei) com (?!voce)
            |\b(?:vou pedir|pedi) (?:para|pra|a) \w+
        \b(?:hable|he hablado|hablamos|hablare|voy a hablar) con (?!tigo\b)|\bi(?:'ve| have)? (?:spoke|spoken
            |talked) (?:to|with) (?!you\b)
        \bme (?:encargo|encargare|ocupo|ocupare) (?:yo )?(?:de|personalmente)|\blet me (?:check|confirm|verify|ask
            |find out|look into)\b|\bi(?:'ll| will) (?:take care of|handle|sort) (?:it|this|that)|\bleave it (?:to
            |with) me\b|\bdejalo en mis manos\b|\bdeixa comigo\b|\bvou resolver\b|\blo (?:resuelvo|arreglo
            |soluciono) (?:ahora|hoy|yo)\b|\bcuido disso\b
    """,
    Commitment.PASSED_ON: r"""
        \b(?:he|hemos|ya) (?:he )?(?:pasado|trasladado|dejado|dado) (?:\w+ ){0,3}(?:mensaje|aviso|caso|consulta|nota)
            |\b(?:paso|pasare|pasamos|traslado) (?:\w+ )?(?:mensaje|caso|consulta|aviso) a
        \b(?:una persona|alguien|un companero|una companera|mi equipo|el equipo|nuestro equipo|un agente
            |ana) (?:del equipo |de mi equipo |de soporte |te )*(?:respondera|contestara|escribira|atendera
            |contactara|llamara|va a|ayudara)
        \b(?:a person|someone|somebody|a human|an agent|(?:my|our|the) team|a (?:team )?member)(?: \w+){0,4}? (?:will
            |is going to) (?:answer|reply|respond|contact|call|write|help|get|be in touch|message|reach|take)
        \b(?:passei|repassei|deixei|encaminhei|enviei) (?:\w+ ){0,2}(?:mensagem|aviso|recado|caso)|\b(?:uma pessoa
            |alguem|minha equipe|a equipe|nossa equipe|um atendente) (?:da equipe |do time |te |ja )*(?:vai
            |respondera|entrara|ira)\b
        \bi(?:'ve| have)? (?:passed|forwarded|left|told|let) (?:\w+ ){1,5}(?:on|know|note|to)\b
    """,
    Commitment.CONTACTED: r"""
        \b(?:manana|luego|mas tarde|despues|esta (?:tarde|noche)|el (?:lunes|martes|miercoles|jueves|viernes)
            |la semana que viene|amanha|mais tarde|depois|hoje a noite),? (?:yo |eu )?te (?:escribo|llamo|aviso|digo
            |mando|paso|confirmo|escrevo|chamo|ligo|falo|confirmo)\b
        \b(?:i|we)(?:'ll| will) make sure (?:that )?(?!you\b|to\b|the\b|it\b)\w+
        \b(?:i|we|they|someone|somebody|my team|our team|the team|he|she)(?:'ll| will) (?:\w+ )?(?:be in touch
            |let you know|keep you posted|keep you updated|get back|circle back)
        \b(?:me|nos|se) (?:pongo|pondre|pondremos|ponemos|pondran|pondra|pone) en contacto|\bte (?:aviso|avisare
            |avisamos|avisaremos|mantengo|mantendre|confirmo|confirmare|llamo|contacto|escribo) (?:en cuanto|cuando
            |manana|luego|mas tarde|al tanto|pronto|si hay|esta|el|la|por|al|en|hoy|despues)\b|\bte avisare\b
            |\bte llamare\b
        \b(?:entro|entraremos|entrarei|entramos|vou entrar|vamos entrar|entrara) em contato|\b(?:te aviso|aviso voce
            |vou te avisar|te avisarei|te retorno|retorno (?:em breve|amanha)|te mantenho)\b
        \b(?:talk|speak|write) to you (?:tomorrow|on monday|next week|later today)\b
    """,
    Commitment.LEFT_IN_PEACE: r"""
        \bno te (?:volvere a escribir|escribire|escribo|molestare|molesto|mandare|enviare
            |contactare)(?: mas| nunca| ningun)?\b|\bno (?:volvere|vuelvo) a (?:escribir|molestar|contactar)te\b
            |\bno recibiras (?:mas|ningun)
        \b(?:will not|won't|will never|never) (?:\w+ )?(?:message|write|text|contact|bother|email) (?:to )?you\b
            |\byou(?:'ll| will) (?:not|no longer|never) (?:hear|receive|get)\b|\byou won't (?:hear|receive|get)\b
            |\bremoved you from\b|\btaken you off\b|\bunsubscribed you\b
        \bnao (?:vou|vamos|irei) (?:mais )?(?:te )?(?:escrever|mandar|incomodar|enviar|contatar|chamar)\b
            |\bnao (?:te )?(?:escreverei|mandarei|incomodarei|escrevo|mando) mais\b|\bvoce nao (?:vai
            |ira) (?:mais )?receber
    """,
}
