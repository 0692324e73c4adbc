"""Portuguese phrases, without accents, one per line; the signs are explained in `pattern`."""

from domain.understanding.lexicon.meaning import MeaningMark, Phrases
from domain.vocabulary import Intent

PHRASES: Phrases = {
    Intent.ESCALATION: """
        quero|queria|preciso|posso|prefiro|gostaria|pode|podia|consigo (de) falar|conversar|
            tratar .. humano|humana|pessoa|alguem|atendente|equipe|time|vendedor|consultor|suporte|
            responsavel
        falar|conversar com .. humano|humana|pessoa|alguem|atendente|suporte|robo|bot|maquina
        falar|conversar direto|diretamente|pessoalmente com
        falar (por|pelo|no) telefone
        (estou|to) falando com .. pessoa|robo|bot|maquina|humano|ia
        me passa|passe|transfere|coloca|manda|poe para|com|pro|pra .. alguem|atendente|humano|pessoa|
            suporte|equipe
        (podem|pode|poderiam|alguem) (pode) me ligar|ligam|liga|telefonar|ligue
        tem|ha|existe|algum|alguma algum|alguma|alguem|um|humano|pessoa (humano|humana|pessoa|alguem) ai|
            aqui|atendendo|respondendo|real
        (voce|e|isso|ce|tu) (e|es|seria|sao) um|uma|so (so) robo|bot|maquina|ia|chatbot|atendente
        (voce|isso|e|sera) e|sao (um|uma|tudo) robo|bot|automatico|automatica|automatizado|ia|humano|real|
            automaticas
        quem responde
        que responde ?
        e voce mesmo|mesma que|quem
        maquina|robo|bot ou .. pessoa|humano
        pessoa|humano ou .. maquina|robo|bot
        (quero|preciso) (que) (uma|um|alguem) (pessoa|humano) (de) (verdade|real) me atenda|atende|
            responda|ligue|ajude
        pessoa|gente|alguem de verdade
        pessoa|humano|alguem real
        alguem da equipe
        suporte humano
        resposta|respostas|mensagem automatica|automaticas
        """,
    Intent.SUPPORT: """
        link|site|pagina|video|videos|acesso|codigo|plataforma|botao|app|aplicativo|aula|aulas|modulo|pdf|
            audio|arquivo|login (que) (voce) (mandou) .. nao|nem .. abre|abrem|funciona|funcionam|carrega|
            carregam|entra|vai|chegou|aparece|roda|baixa|toca|da|veio|deixa
        nao funciona|abre|carrega|entra|ta|esta (abrindo|funcionando|carregando) .. link|site|pagina|video|
            videos|acesso|codigo|plataforma|botao|app|aplicativo|aula|aulas|pdf
        link|site .. quebrado|caiu|expirado|expirou|vencido|invalido
        nao (estou|to) consigo|consegui|conseguindo|posso (mais) (nem) acessar|entrar|abrir|baixar|ver|
            assistir|logar|achar|encontrar|fazer|finalizar (login|o|a) (curso|aula|aulas|site|link|compra)
        nao (ta|esta) (me) deixa|deixando (eu) entrar|acessar|baixar|abrir|pagar|ver|assistir|comprar
        nao (me) chegou|recebi|veio|mandaram|enviaram|encontro|acho|aparece|apareceu .. email|acesso|link|
            nada|curso|compra|material|senha|aulas|codigo
        (ainda) nao recebi (nada)
        (ainda) nao chegou (nada)
        paguei|comprei|pagamento|pix .. nao|nada|cade .. recebi|chegou|acesso|nada|consigo|apareceu|veio|
            liberou|liberado|aula
        paguei|comprei|pix .. ate agora (nada)
        sem acesso
        esqueci|perdi|recuperar|trocar|redefinir (a) (minha) senha|acesso|login
        senha incorreta|errada|invalida
        da|deu|dando|aparece|apareceu|dar (um) erro|problema
        erro no|na|ao|quando|de pagamento|pagina|pagar|entrar|acessar|comprar|login|tento
        fui|me cobrado|cobrada|cobraram .. duas|dobro|2|errado|duplicado
        cobrado|cobrada|cobraram|cobranca duas|duplicada|dobro|duplicado|indevida
        pagamento|cartao (foi) recusado|recusada|nao
        problema|problemas com|no|na|para .. acesso|pagamento|compra|login|conta|link|plataforma|acessar|
            entrar|curso
        cancelar (a|o|minha|meu) compra|pedido|assinatura|plano|matricula
        """,
    MeaningMark.COMPLAINT: """
        reembolso
        reembolsar
        estorno
        dinheiro de volta
        devolver|devolvam|devolva|devolve .. dinheiro|grana
        fui enganada|enganado|roubada|roubado
        cai num|em golpe
        voces|voce sao|e golpistas|golpista|ladrao|ladroes
        que vergonha|absurdo|palhacada
        uma vergonha|palhacada
        pessimo|pessima atendimento|servico|curso
        procon
        vou denunciar|processar|reclamar
        reclame aqui
        muito decepcionada|decepcionado
        ninguem me responde
        ninguem responde
        """,
    MeaningMark.DIRECT_PURCHASE: """
        quero|queria|vou|gostaria|preciso|desejo|posso|pretendo (de) comprar|adquirir|contratar <thing>
        quero|vou|posso|gostaria (de) pagar|paga agora|ja|hoje|tudo|no|com|por
        quero pagar $
        vou comprar|pagar
        como|onde|quando (e|eu) (que) (eu) (faco|posso|consigo|fazer|faz|voce) (para|pra|o) (eu|a) pago|
            pagar|compro|comprar|adquirir|adquiro|compra|pagamento|contrato|contratar <thing>
        como faco|faz|fazer o|a|para pagamento|compra|pagar|comprar
        link de|do|para|pra (o) pagamento|pagar|compra|comprar|checkout
        manda|mande|envia|passa|me|qual (manda|passa|envia|seria|e) (o|a|um|seu|sua) (chave|link) pix|chave
        chave pix
        pix para|pra eu pagar
        manda|mande|envia|passa (o|um) link (que) (para|pra|eu|vou) (eu) (ja) pagar|compro|comprar|pago
        aceita|aceitam|posso|da (pagar|para) (pra) (pagar) (no|com|por) pix|cartao|boleto|paypal
        vou|quero comprar|garantir o meu|minha
        pronto|pronta para comprar|pagar
        ansiosa|ansioso para comprar
        nao vejo a hora de comprar|ter|comecar
        """,
    Intent.INTEREST_STRONG: """
        ^ (eu) quero (sim|muito|ja) $
        eu quero esse|este|o|a <thing>
        vou querer
        quero ja|agora|sim|esse|este $
        me inscreve|inscreva|matricula|coloca|adiciona
        to dentro
        estou dentro
        quero|queria|vou|gostaria|como|onde|posso|faco (eu|de|que|posso|faco) (para|pra) me inscrever|
            inscrevo|matricular|matriculo|cadastrar|juntar|inscreve
        quero (ja) comecar|entrar|participar|assinar
        garantir|garanto|garante|reserva|reservar|guarda|quero|quanto (a) (minha|uma) vaga
        bora fechar|comprar|comecar
        vamos fechar
        fechado
        fecho|fechar|fechei (a) (o) compra|negocio|contigo|agora
        quero fazer parte
        quero ser aluna|aluno
        como|onde faco a|minha inscricao|matricula
        pode mandar o link
        pronta|pronto para comecar
        """,
    Intent.OBJECTION_PRICE: """
        (muito|esta|e|que|achei|tao|mais|bem|meio|super|um) caro|caros
        muito|esta|e|que|achei|tao|mais|bem|meio|super cara|caras|salgado|carinho
        carissimo
        carissima
        salgado|puxado esse|o|este preco|valor
        e|sao muito|muita dinheiro|grana
        muita|muito grana|dinheiro
        nao posso|consigo|tenho|da (como|condicoes|condicao) (de) (para|pra) pagar|bancar|gastar|
            investir <thing>
        nao tenho (como|esse|condicoes|condicao|tanto|mais|um|essa|muito) (de) dinheiro|grana|condicoes|
            condicao|verba|orcamento|pagar|centavo|real
        nao tenho condicoes|condicao
        nao (da|cabe|ta|esta|encaixa) (para|pra|pro|no|do|em) (o) (meu) bolso|orcamento
        sem (nenhum) (um) dinheiro|grana|condicoes|orcamento|condicao
        to|estou|ando (muito|totalmente|bem) (sem) dura|duro|lisa|liso|quebrada|quebrado|apertada|apertado|
            zerada
        fora|acima|passa|alem do|de (meu) orcamento
        fora do meu orcamento
        nao cabe no meu
        pesa|pesado no (meu) bolso|orcamento
        custa muito
        valor|preco (muito|esta|ta|e) (muito) alto|puxado|salgado
        """,
    Intent.OBJECTION_TIME: """
        nao (me) tenho|sobra|acho|terei|teria|resta|encontro|da|vou|consigo|tem (ter|nem|achar) (muito|
            nenhum|nada|o|mais|um|tanto|de) (de) (minimo) tempo|minuto
        nao vou ter (muito) tempo
        sem (muito|nenhum) tempo
        falta (de) tempo
        me falta tempo
        (muito) pouco tempo
        (estou|ando|to|sou|fico|vivo|muito|super|bem|tao|sempre) (muito|super|bem|tao) ocupada|ocupado|
            atarefada|atarefado|enrolada|enrolado
        na|numa|muita (maior) correria
        vida|rotina|semana|dia|dias (e|esta|anda) (muito|super|bem|tao) corrida|corrido|corridos|puxada
        vida|rotina corrida
        muito corrida
        cheia|cheio|atolada|atolado|lotada|lotado de|em|com trabalho|coisa|coisas|servico|provas
        trabalho muito|demais|direto
        trabalho o dia todo
        nao consigo encaixar
        agenda (ta|esta|muito|e) cheia|lotada|apertada
        """,
    Intent.OBJECTION_DOUBT: """
        preciso|vou|deixa|tenho|quero|deixe|devo|queria (eu|que|de|me) pensar (melhor|direitinho|bem|um|
            mais|sobre|nisso|com)
        estou|to|ainda|fico|fiquei|sigo (ainda) (estou|to) pensando
        nao (estou|to|fiquei|me|tenho|sinto) (muito|tao|totalmente|bem|100|toda) convencida|convencido|
            certeza|convenceu|segura|seguro|certa|certo
        nao me convenceu
        nao sei (ainda|nao|direito) $
        nao sei o que (fazer|pensar|dizer)
        nao sei se
        (estou|to|fiquei|fico|ainda) (estou|to) na|em|com (muita) duvida|duvidas
        tenho|ainda (tenho) (minhas|muitas|algumas|umas|varias) duvidas
        (to|estou|ainda|sou) (muito|meio|super) indecisa|indeciso
        ainda nao (me) decidi|decidido|resolvi
        nao (consigo) (me) decidi|decidir
        (preciso|vou|tenho|deixa|quero|queria) (que|de|eu) falar|conversar|ver|consultar|perguntar|
            checar (isso) (com|para|pra|pro) (o|a) meu|minha marido|esposo|esposa|mulher|namorado|namorada|
            mae|pai|familia|socia|socio|parceiro|noivo
        """,
    Intent.OBJECTION_LATER: """
        agora|hoje|ainda|nesse|atualmente (momento) nao (posso|da|consigo|quero)
        agora nao (posso|da|consigo|quero)
        ainda nao $
        (por) enquanto nao
        por enquanto nao (da|posso|consigo)
        no|nesse|neste momento nao (posso|da|consigo|e|quero) (um) (bom|uma) (boa) (momento|hora)
        nao agora|hoje $
        nao e (um|uma) (boa|bom) hora|momento
        nao (da) (por) agora|enquanto
        (no|na|o|a|te|so|talvez|quem|sabe) (proximo|proxima|outro|outra) mes|semana|ano|verao que vem
        mes|semana|ano que vem
        proximo|proxima mes|semana|ano
        mais|la (para) frente
        talvez|deixa|deixar|melhor|so|ver|vejo|falo|chamo|fica (para) depois
        depois (eu|te|a) (te) vejo|falo|aviso|chamo|gente|penso|confirmo|volto|decido|procuro|olho
        (em) outra|outro hora|momento|dia|ocasiao
        te (mando|dou|falo|chamo|aviso|procuro|retorno|confirmo|aviso) aviso|retorno|chamo|procuro|aviso|
            confirmo
        te falo|mando .. depois|quando|semana|mes|amanha
        te aviso
        eu aviso|retorno
        quando (eu) receber|puder|tiver|voltar|der|sobrar|cair (dinheiro|grana|tempo|um|o) (salario|
            dinheiro)
        depois das|do|da|dos|de ferias|natal|festas|carnaval|provas|verao|feriado
        (so|deixar|para|pra|em|la) em|para|pra|por janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|
            setembro|outubro|novembro|dezembro|verao $
        daqui (a|uns|umas) (uns|alguns|um|umas|algumas|dois) dias|semanas|meses|tempo|mes
        (talvez|quem) (sabe) ano que vem
        talvez depois|outra|mes
        """,
    Intent.OBJECTION_WORKS: """
        (isso|esse|este|ele|curso|metodo|sera|que|realmente|de|verdade|programa|mesmo|e|la) (realmente|que|
            mesmo|curso|metodo|verdade) funciona|resolve|adianta (mesmo|de) ?
        funciona (isso) mesmo|de|realmente (verdade) (mesmo)
        realmente funciona
        sera que (isso) (realmente|me) funciona|serve|adianta|resolve|presta
        e se nao (funcionar|der|der) (certo|para|pra|funcionar|resultado) (mim)
        (isso|da|tem|dao|traz|ve|que|algum|teve|tiveram|conseguiu|os|qual|quais|deu|dar) (da|algum|os|o|
            tem) resultado|resultados (mesmo|os|voces|seus|alunos) ?
        que|quais|quantos resultados (os)
        da resultado (mesmo)
        conseguiu|conseguiram|tiveram|teve resultado|resultados
        (tem|ha|que|qual|da|existe|com|voces|dao|a) (alguma|a|e|dao) garantia|garantias (tem|de|que|eu)
        (isso|nao|e|sera|parece|seria|tipo|um) (nao|e|um|que|uma) (um|e) golpe|furada|fraude|enganacao|
            mentira|piramide|enrolacao
        nao acredito (nisso|muito|que|em|nao)
        duvido (que) (muito|funcione|isso|disso|funciona)
        nao acho que (isso) (funcione|funciona|va|resolva)
        como (eu) (que|vou|posso) (eu) sei|saber (que|se) (isso|e|funciona|nao) (funciona|golpe|verdade|e)
        (e|isso|site|parece) confiavel|seguro|serio ?
        e de verdade|serio
        confiavel
        depoimento
        depoimentos
        avaliacoes
        tem|algum|quero|ver|relatos|casos (algum) (de) feedback|prova|provas|relatos|relato|sucesso
        casos de sucesso
        vale (mesmo) a (pena) pena
        vale mesmo a pena
        funcionou para|com|pra
        bom demais para|pra
        """,
    Intent.OBJECTION_NOT_FOR_ME: """
        (nao|sera|acho|sei|isso|esse|curso) (sei|acho|e|que|se) (se|que|nao|isso|esse|o) (isso|e|curso|nao|
            esse|seja|serve|combina) (e|seja|um) para|pra mim
        nao|sera .. e|seja|serve|combina|servir|sirva (para|pra|comigo|muito) mim|comigo
        (isso|curso|ele) e|seria|serve para|pra mim ?
        nao e para|pra mim
        nao|sera (sei|acho|que) (se|que|isso|me) (isso|vai|me|va) (me|vai|va) serve|servir|sirva|servira|
            ajudar|combine|combina
        serve (mesmo) (para|pra|pro|se|a) (quem|um|uma) (e|esta|ta) iniciante|iniciantes|leigo|leiga|
            leigos|comecando|mim|zero|nunca|idosos
        e para|pra (quem|gente) iniciante|iniciantes|leigo|leigos|esta
        para|pra iniciante|iniciantes|leigos
        (eu) (sou|to|estou) (so|ainda|bem|muito|uma|um|totalmente|total|super|completamente|mega) (uma|
            um) iniciante|leiga|leigo|novata|novato|amadora|inexperiente
        sou (muito|nova|novo|bem|velha|velho) nova|novo|velha|velho|nisso|demais|para|pra (demais) (nisso|
            para|pra)
        nao|sem|zero|pouca|nenhuma (tenho) (nenhuma|muita|a) experiencia|perfil|jeito
        nao sei (quase|absolutamente) nada (de|sobre|disso)
        (to|estou|vou|comecar|comeco|partindo|comecando) (comecando|comecar) do|de|da zero
        (na|com) (a) minha idade (nao) (da)
        meu caso|perfil e
        minha situacao e
        nao levo|tenho (muito|o|nenhum) jeito|dom|talento
        (eu) nunca (na|eu) vida|fiz|investi|vendi|trabalhei|estudei|tentei|mexi (nada|na|com|antes|isso|
            disso|parecido)
        nao combina comigo
        nao (sou) (a|o) (pessoa) certa|indicada|certo|ideal
        """,
    Intent.OBJECTION_COMPLICATED: """
        muito|e|parece|bem|achei|que|meio|tao|acho|super|bastante|um|ser|mais|to (muito|bem|meio|tao|super|
            bastante|tudo|pouco) complicado|dificil|complicada|complexo|confuso|confusa|dificeis|avancado|
            tecnico|tecnica|puxado (para) (mim)
        nao entendo (quase|muito) (nada) (de|sobre|disso) (tecnologia|computador|internet|informatica|isso)
        nao entendo nada
        nao sou (muito|nada) boa|bom|ligada|ligado (com|de|em|na|no) (tecnologia|computador|informatica|
            internet|celular|a)
        sou (muito|uma|um|super) pessima|pessimo|ruim|horrivel|negacao|burra|burro|analfabeta|analfabeto|
            zero (com|em|de|na|para|pra) (tecnologia|computador|informatica|internet|digital|isso)
        precisa|preciso|tem|exige|sem (ter|de|que|saber) (ter) (algum|muito) conhecimento|
            conhecimentos (tecnico|tecnicos|previo|de|em)
        conhecimento tecnico
        conhecimentos tecnicos
        precisa saber (mexer|programar|muito|usar|informatica)
        muita|muitas|tanta coisa|coisas|informacao|etapas|passos
        vou|fico|to|me|estou (me|ficar) perder|perdida|perdido|perco
        (tenho|com) medo (de) nao (entender|conseguir|saber|acompanhar|dar)
        dificil de|para|pra entender|usar|fazer|mexer|acompanhar
        """,
    Intent.OBJECTION_ALREADY_HAVE: """
        ja tenho|comprei|fiz|faco|uso|sigo|assino|estou|to|sou|participo|contratei|trabalho|paguei|possuo|
            conto|treino (muito|com|em|de|no|na|uma|um|o|fazendo|acompanhamento|aluna|aluno|membro|cliente|
            assinante) .. um|uma|outro|outra|algo|mentor|mentora|curso|programa|parecido|similar|assim|
            igual|personal|coach|nutricionista|metodo|aplicativo|esse|este|isso|desse|disso|consultora|
            acompanhamento|plano
        ja tenho|comprei|fiz|uso|assino $
        ja tenho o|a de
        ja tenho|comprei esse|este|isso|ele|um|uma
        tenho (um|uma|outro|outra|algo|muito) (curso|programa|muito|bem) (muito|bem) parecido|similar|
            igual|parecida
        """,
    Intent.QUESTION_PRODUCT: """
        ^ quanto $
        quanto (que) (e|voce|o|a) (que) e|esta|fica|sai|custa|custam|cobra|seria|vale|custaria|ficaria (o|a)
        quanto custa|e|fica|sai|custam
        por quanto
        qual|quais|que|saber|me|passa|fala|manda|diz|informa|sobre (e|seria|o|os|sao|passa|fala|manda|diz|
            a) (o|os|a) (seu|seus) preco|precos|valor|valores|investimento|custo|mensalidade
        o|os preco|precos|valores $
        ^ (o) preco|precos|valor|valores
        preco|valor do|da|de
        qual preco|valor|investimento
        o que|qual .. incluso|inclui|vem|contem|inclusos|incluido|aprendo|aprender|conteudo|ensina
        o que (e|esta|que|ta) (esta|ta) incluso|inclui|incluido
        (o) que vem (no|na|junto|incluso)
        inclui .. ?
        quantas|quantos aulas|modulos|horas|licoes|semanas|encontros|videos|meses|parcelas|vagas|paginas
        quanto tempo (tem|dura|de|leva|tenho|e|demora|fica|eu) (dura|acesso|de|tenho|curso|leva|o)
        (por) quanto tempo .. acesso|dura|dedicar|curso
        dura quanto
        acesso (e) vitalicio|ilimitado|sempre
        acesso para|por sempre|quanto
        vitalicio
        quando (e|que|o|as|vai|ele|sera) (que|o|as|curso|aulas|comeca|abre) (curso|aulas|turma) comeca|
            comecam|inicia|abre|abrem|comecar
        quando comeca|inicia|abre|comecam
        que|qual dias|horario|horarios|duracao
        que|qual dia|data ?
        e|sao|seria|aulas|tudo|curso (as|tudo|o|e|aulas) (aulas|curso) (sao) online|presencial|gravado|
            gravada|gravadas|virtual
        ao vivo ou
        gravadas|gravado|online ou
        (tem|da|dao|emite|recebo|ganho|com|inclui) (algum|um|o|direito) (a) certificado|diploma
        parcelar
        parcela
        parcelado
        parcelas
        em quantas|ate vezes|parcelas
        pagar|dividir em (quantas|ate) vezes|parcelas
        formas|forma|meios de pagamento
        mais barato|barata|conta
        (tem|algum|rola|da|fazem|faz|existe|cupom|consigo) (algum|um|cupom|de) desconto|cupom|promocao|
            oferta|promo
        quais|que (os|sao) (os|seus) cursos|produtos|servicos|programas
        (para|pra) quem e (o|esse|indicado)
        precisa (de) (algum|ter) material|requisito|equipamento
        """,
    Intent.LEAD_MAGNET: """
        gratis
        gratuito
        gratuita
        gratuitos
        gratuitas
        de graca
        (sem) pagar nada ?
        sem pagar
        amostra
        aula|sessao|semana|periodo|teste experimental|demo|teste
        quero|ganhar|receber|cade|pegar (o|um|meu) presente|brinde
        (voce|tava|estava|esta|ta|vi|que) (tava|estava|esta|ta) dando|distribuindo|liberando .. planilha|
            guia|ebook|aula|material|modelo|pdf
        material|isca gratis|gratuito
        """,
    Intent.INTEREST_SOFT: """
        me interessa|interessei|interesso|interessaria|interessou
        (tenho|fiquei|estou|to|tava|sou|muito) (muito|super|bastante|com) interesse|interessada|interessado
        (me) conta|conte|contem|explica|explique|fala|fale (um) (pouco) mais|melhor|sobre|tudo
        me conta|conte|explica|explique|fala|fale
        quero|queria|gostaria|posso|poderia|adoraria (de) (poder) saber (um|mais|tudo|sobre|melhor|como|
            do) (pouco) (mais|sobre)
        saber mais
        (quero|queria|gostaria|preciso|tem|me|passa|manda|pode|mais|busco|posso|poderia) (de|me|da|passar|
            ter|mandar|dar|manda|passa) (mais|as|umas|algumas|uma) info|infos|informacoes|informacao|
            detalhes
        mais info|infos|informacoes|informacao|detalhes
        ^ info|infos|informacoes|informacao|detalhes
        info|informacoes sobre|do|da
        como (que|e) (e) funciona (a|o|isso|esse|mentoria|curso|essa)
        como funciona
        do|de que (o|esse) (curso|programa) (se) trata|fala
        (o) que e (o|a|esse|essa|isso) (curso|programa|mentoria|metodo|comunidade)
        que|parece|achei (parece|muito|e|bem) (a) legal|interessante|ideia|incrivel|massa
        interessante
        me chamou (a) atencao
        vi (o) seu|sua|teu|um anuncio|propaganda|post|reels
        vim pelo|do|por (seu) anuncio|reels|live|post|instagram
        (fiquei|to|estou|bateu|me|sou|tenho) (muito|super|bem|deu) curiosa|curioso|curiosidade
        gostei|adorei|amei (muito) (da|do|o|a|de) (seu|sua) ideia|proposta|curso|programa|mentoria|metodo
        quero aprender|melhorar|emagrecer|vender|ganhar|conhecer
        """,
    Intent.QUESTION_GENERAL: """
        (o) que (e) (que) voce|ce|tu (estudou|faz|fazes|ensina|cursou|trabalha)
        quem e|sao|cuida|esta|administra|ta (voce|voces|tu|ce|desse|dessa|por) (perfil|conta|pagina|tras)
        quem cuida
        (voce|ce) trabalha com|em|onde (o) (que)
        de|da onde (que) voce|voces|tu|es|e|sao (e|es|fala|sao)
        onde (que) (voce|voces) mora|vive|nasceu|atende|moram|vivem
        em|de (que|qual) cidade|pais|estado
        (quantos) anos (que) voce|ce (tem)
        qual (e) (a|o) (sua|seu|tua) idade|nome|historia|formacao|instagram|signo|canal|experiencia
        (ha|a|faz) quanto tempo (que) (voce|ce) (faz|trabalha|esta|ta|tem|voce|atua)
        (voce|ce|voces) tem|faz|fazem|posta|esta|grava (um|algum|uma|canal|no|perfil|conta) (canal|no|
            perfil) live|lives|tiktok|youtube|instagram|podcast|canal|facebook|blog|site|filhos|linkedin
        tem podcast|tiktok|youtube|instagram|canal|facebook|blog|linkedin
        voce e do|da|de|formada|formado|casada|casado|solteira|solteiro (em|brasil|portugal)
        voce e (uma|um) psicologa|psicologo|nutricionista|medica|medico|coach|advogada|personal|professora|
            professor|terapeuta
        quando (sai|vai|voce|tem) (ter|posta|sai) (o|um|mais) (proximo|novo) video|live|episodio
        como (que) voce comecou|aprendeu|conseguiu
        """,
    Intent.GREETING: """
        oi|oii|oie|ola|ola|opa|alo|oiee|oioi|eai|eae|iae|salve|hey (linda|lindo|amiga|amigo|querida|gente|
            pessoal|moca|moco|bom|boa)
        bom|boa dia|tarde|noite
        tudo bem|bom|certo|joia|tranquilo|otimo|beleza (com|contigo|por) (voce|ai)
        e ai
        como (que) voce|voces vai|esta|vao|estao
        como vai|esta
        ^ fala $
        beleza $
        prazer em
        """,
    Intent.THANKS: """
        obrigado|obrigada|obrigadao|brigadao|obrigadinha|gratidao|grato|grata|valeu (pela|pelo|por|demais|
            mano|mesmo|viu|de|amiga|querida|linda) (informacao|ajuda|atencao|tudo|coracao|info|resposta|
            retorno|responder)
        muito obrigado|obrigada|grata|grato
        (te|eu|muito) agradeco|agradecida|agradecido (muito|demais|de|pela|a|mesmo)
        deus te abencoe
        """,
    Intent.GOODBYE: """
        tchau|tchauzinho|xau|adeus|flw|tchauu
        ^ fui $
        ate (a) logo|mais|breve|amanha|proxima|depois|ja|segunda
        a gente se fala|ve
        nos falamos|vemos (depois|logo|mais)
        se cuida|cuide
        (um) otimo|bom|lindo fim|final|resto de|do semana|dia
        bom fim|final|descanso|feriado|resto
        boa semana
        tenha|tenham um|uma otimo|otima|bom|boa|lindo|linda (fim) (de) dia|semana|noite|tarde
        (um|uma|grande|mil|te|outro) (grande) abraco|abracos|beijo|beijos|bjs|bj|bjos|beijao
        ^ falou $
        """,
    MeaningMark.REFUSAL: """
        nao (muito) obrigado|obrigada|brigada|valeu
        nao (me|nos) interessa|interessou|interesso
        nao (tenho|ha) (nenhum|mais|muito) interesse
        nao (estou|to) (muito|nem|mais) (um|pouco) interessada|interessado|afim
        sem interesse
        nao (o|te|vou|eu) quero|querer (nao|mais|nada|isso|o|esse) $
        nao quero (mais) (comprar|pagar|saber|receber|adquirir|gastar|de) (de|em|mais) (nada|info|
            informacoes|informacao|comprar|isso)
        nao quero .. nada|curso|informacoes|info|propaganda|comprar
        nao vou|pretendo|quero querer|comprar|pagar|contratar (nada|isso|esse|nao)
        nao preciso (de|disso|mais|nao) (nada|curso|nenhum)
        nao (to|estou|ando) procurando (nada|isso|curso)
        nao e (isso|bem) (o) (que) (procuro|quero|busco|preciso)
        nao e o que (eu) procuro|quero|busco|preciso|estou|to
        nunca (que) (eu) compraria|compro|pagaria|vou
        nao (estou|to) querendo (comprar|nada)
        dispenso
        me deixa|deixe em paz
        """,
    MeaningMark.ACKNOWLEDGED: """
        perfeito
        entendi
        entendido
        certo
        ta bom
        esta bom|bem|certo
        combinado
        beleza
        otimo
        legal
        show
        maravilha
        blz
        """,
    MeaningMark.IDIOM: """
        sem problema|problemas|pressa|duvida
        (tenho) uma duvida|pergunta
        tirar uma duvida
        nao tem problema|pressa
        nao se preocupe
        gosto muito
        da para entender
        """,
}
