"""What is answered in Portuguese."""

from typing import Final

from domain.vocabulary import Intent
from processes.wordings.wordings import Wordings

PORTUGUESE: Final = Wordings(
    greeting_first="Oi{name|}!",
    price_first="“{product_name}” custa {price}.",
    refusal=(
        "Tudo bem, valeu por avisar! Se um dia bater a curiosidade, a casa é sua. Um abraço!",
        "Sem problema nenhum, agradeço a sinceridade. Se mais para frente surgir alguma dúvida, a porta fica aberta.",
        "Entendo, nem tudo é para todo mundo. Fica o agradecimento pela resposta, e um ótimo dia!",
        "Beleza, está tudo certo! Qualquer pergunta continua sendo bem-vinda. Se cuida!",
    ),
    answers={
        Intent.OPT_OUT: (
            (
                "Entendido: acabaram as mensagens automáticas. Se um dia quiser voltar a receber, escreva VOLTAR. Um "
                "abraço!",
                "Pronto, a partir de agora nada automático chega por aqui. Para receber mensagens de novo, basta "
                "escrever VOLTAR. Tudo de bom!",
                "Claro, deixamos você em paz. Se mudar de ideia, é só escrever VOLTAR. Até mais!",
            ),
        ),
        Intent.ESCALATION: (
            (
                "Aqui quem escreve é o assistente automático de {creator_name}, não uma pessoa. Já deixei o aviso: uma "
                "pessoa vai responder por aqui assim que puder.",
                "Prefiro que alguém de verdade veja isso, porque eu sou o assistente automático de {creator_name}. O "
                "aviso já foi dado e uma pessoa vai responder neste chat.",
                "Claro que sim. Até agora você falou com o assistente automático de {creator_name}; avisei para que "
                "leiam a sua mensagem, e uma pessoa vai responder nesta mesma conversa.",
            ),
        ),
        Intent.SUPPORT: (
            (
                "Sinto muito que algo não esteja funcionando, vamos ver isso. O que você estava tentando fazer e o que "
                "aparece exatamente? Com o texto do erro ou um print fica mais fácil ajudar.",
                "Poxa, que chato. Para entender o que acontece: em que passo você trava e qual mensagem aparece? Se "
                "puder, mande um print da tela.",
                "Desculpe o transtorno. É no celular ou no computador? Conta também o que fica na tela quando dá "
                "erro, assim achamos a causa mais rápido.",
            ),
        ),
        Intent.INTEREST_STRONG: (
            (
                "Que alegria! “{product_name}” custa {price} e você pode começar por aqui:\n{link}\nFicou alguma "
                "dúvida antes de se inscrever?",
                "Maravilha! Este é o link de “{product_name}”:\n{link}\nO valor é {price}. Se algo não estiver claro "
                "antes de pagar, é só perguntar.",
                "Adorei a decisão! A inscrição em “{product_name}”, por {price}, é aqui:\n{link}\nTudo certo ou quer "
                "conversar sobre algo primeiro?",
            ),
            (
                "Que alegria! Você pode começar com “{product_name}” por aqui:\n{link}\nFicou alguma dúvida antes de "
                "se inscrever?",
                "Maravilha! Tudo de “{product_name}” está neste link:\n{link}\nSe algo não estiver claro, é só "
                "perguntar.",
                "Adorei a decisão! Para entrar em “{product_name}”, o caminho é este:\n{link}\nQuer conversar sobre "
                "algo primeiro?",
            ),
            (
                "Que alegria! Temos mais de uma opção: {choice}. Por qual você quer começar?",
                "Maravilha! Só falta saber qual é a sua: {choice}. Qual você escolhe?",
                "Adorei a decisão! De tudo o que temos ({choice}), o que você quer?",
            ),
        ),
        Intent.OBJECTION_PRICE: (
            (
                "Entendo, é uma decisão que merece ser pensada. O que você gostaria de conseguir? Assim vemos se "
                "realmente vale a pena para você.",
                "É normal olhar o bolso antes de dar o passo. Deixando o preço de lado um instante, é o que você está "
                "procurando?",
                "Valeu por falar com franqueza. Está acima do que você pode gastar agora ou a dúvida é se compensa?",
            ),
        ),
        Intent.OBJECTION_TIME: (
            (
                "Entendo, a semana enche rápido. Sendo realista, quanto tempo por semana você teria? Assim vemos se "
                "cabe agora.",
                "Agenda lotada é a realidade de muita gente. O que mais toma o seu tempo neste momento?",
                "Faz sentido, e a ideia não é virar mais uma carga. Tem alguma parte do dia que seja mais sua?",
            ),
        ),
        Intent.OBJECTION_DOUBT: (
            (
                "Claro, pense com calma, sem pressa. O que mais te faz duvidar?",
                "Ter dúvida é bom sinal: você está levando a sério. Existe algo em especial que te segura?",
                "Se quiser, a gente pensa junto. O que você precisaria saber para decidir com tranquilidade?",
            ),
        ),
        Intent.OBJECTION_LATER: (
            (
                "Sem problema, cada coisa no seu tempo. Quando seria melhor para a gente retomar?",
                "Tranquilo, sem pressão nenhuma. O que precisaria acontecer para ser um bom momento?",
                "Entendi, agora outras coisas vêm antes. Para que mês você pensa nisso, mais ou menos?",
            ),
        ),
        Intent.OBJECTION_WORKS: (
            (
                "Boa pergunta, e prefiro não prometer nada: depende muito do seu ponto de partida. O que você gostaria "
                "de conseguir e o que já tentou até agora?",
                "Faz bem em perguntar. Não existe fórmula mágica, e cada pessoa precisa de uma coisa. Como está a sua "
                "situação hoje?",
                "Entendo a desconfiança, tem de tudo por aí. Você já teve alguma experiência ruim com algo do tipo?",
            ),
        ),
        Intent.OBJECTION_NOT_FOR_ME: (
            (
                "É normal se perguntar isso. Me conta de onde você parte e o que procura? Assim vemos se é para você.",
                "Pode ser que sim, pode ser que não: depende do que você precisa. O que te faz achar que não encaixa?",
                "Melhor descobrir agora do que se arrepender depois. Quanta experiência você tem e aonde gostaria de "
                "chegar?",
            ),
        ),
        Intent.OBJECTION_COMPLICATED: (
            (
                "No começo quase tudo parece mais difícil do que é. Que parte parece mais complicada para você? Vamos "
                "começar por ela.",
                "Eu sei que, olhando de fora, assusta um pouco. Qual é a primeira coisa que te desanima?",
                "Passo a passo costuma ficar mais leve. O que preocupa é a parte técnica ou não saber por onde "
                "começar?",
            ),
        ),
        Intent.OBJECTION_ALREADY_HAVE: (
            (
                "Que bom que você já tem algo parecido! O que está funcionando e o que ainda falta? Assim vemos se "
                "isto traria algo novo para você.",
                "Então você não começa do zero, ótimo. Tem alguma coisa que ainda não sai como você quer?",
                "Faz todo o sentido não pagar duas vezes pela mesma coisa. O que você usa hoje e como tem sido?",
            ),
        ),
        Intent.QUESTION_PRODUCT: (
            (
                "“{product_name}” custa {price}. O que mais você gostaria de saber?",
                "O valor de “{product_name}” é {price}. Posso tirar mais alguma dúvida?",
                "São {price} por “{product_name}”. Tem mais alguma coisa que queira perguntar antes de decidir?",
                "Conto, sim: “{product_name}” está por {price}. O que é mais importante para você?",
            ),
            (
                "Aqui você vê tudo sobre “{product_name}”:\n{link}\nO que você gostaria de saber em especial?",
                "Os detalhes de “{product_name}” estão nesta página:\n{link}\nDá uma olhada: que dúvidas ainda ficam?",
                "O mais completo sobre “{product_name}” está em:\n{link}\nTem algum ponto que te interessa mais?",
            ),
            (
                "Com prazer! Isto é o que temos: {choice}. Sobre qual você quer saber mais?",
                "Depende de qual for: {choice}. De qual estamos falando?",
                "No momento dá para escolher entre estas opções: {choice}. O que te interessa?",
            ),
        ),
        Intent.LEAD_MAGNET: (
            (
                "Para começar, deixo aqui “{product_name}”:\n{free_link}\nO que você achou?",
                "Claro! “{product_name}” não custa nada e fica aqui:\n{free_link}\nQual parte do assunto mais te "
                "interessa?",
                "Olha só, “{product_name}”, de graça:\n{free_link}\nTomara que ajude. O que você gostaria de "
                "conseguir?",
            ),
        ),
        Intent.INTEREST_SOFT: (
            (
                "Que bom que “{product_name}” te interessou! O que você gostaria de conseguir?",
                "Fico feliz com a curiosidade por “{product_name}”. É novidade para você ou já fez algo parecido?",
                "Boa escolha para começar a olhar! O que fez você reparar em “{product_name}”?",
                "Me conta um pouco de você, e vemos se “{product_name}” combina: em que ponto você está agora?",
            ),
            (
                "Que bom que te interessou! Isto é o que temos: {choice}. Qual chama mais a sua atenção?",
                "Fico feliz com a curiosidade. Dá para escolher: {choice}. Por onde você gostaria de começar?",
                "Ótimo! Conforme o que você busca, tem isto: {choice}. O que chega mais perto do que você precisa?",
            ),
        ),
        Intent.QUESTION_GENERAL: (
            (
                "Aqui é o assistente de {creator_name}. Posso contar sobre o trabalho e o que temos por aqui. O que "
                "você gostaria de saber?",
                "Boa pergunta. Eu sou o assistente de {creator_name} e tiro dúvidas sobre o que fazemos. O que mais te "
                "interessa?",
                "Você está falando com o assistente de {creator_name}. Procura algo específico ou quer uma ideia geral "
                "do que existe?",
            ),
        ),
        Intent.GREETING: (
            (
                "Oi{name|}! Que bom receber sua mensagem 😊 Como posso ajudar?",
                "Olá{name|}! Valeu por passar por aqui. O que te traz?",
                "Oi{name|}, tudo bem? Me conta, o que você gostaria de saber?",
                "Opa{name|}! Que alegria te ler por aqui 😊 Procura alguma coisa em especial?",
            ),
        ),
        Intent.THANKS: (
            (
                "Por nada{name|}! Se surgir qualquer dúvida, é só escrever 😊",
                "Imagina{name|}! Pode chamar quando quiser.",
                "É um prazer{name|}! Que bom que ajudou.",
                "De nada{name|}! Um ótimo dia para você.",
            ),
        ),
        Intent.GOODBYE: (
            (
                "Até logo{name|}! Tudo de bom 😊",
                "Um abraço{name|}! Volte quando quiser.",
                "Se cuida{name|}! Foi muito bom conversar com você.",
                "Tchau{name|}! Valeu pelo papo 😊",
            ),
        ),
    },
)
