"""Spanish phrases, without accents, one per line; the signs are explained in `pattern`."""

from domain.understanding.lexicon.meaning import MeaningMark, Phrases
from domain.vocabulary import Intent

PHRASES: Phrases = {
    Intent.ESCALATION: """
        quiero|quisiera|necesito|puedo|podria|prefiero|puedes|podrias|gustaria hablar|chatear|
            comunicarme .. persona|personas|humano|humana|alguien|asesor|asesora|agente|equipo|responsable|
            operador
        hablar .. persona|humano|humana|alguien|asesor|asesora|agente
        hablo|hablando|hablar .. bot|robot|maquina|ia
        hablar contigo directamente
        hablar (por) telefono
        pasame|ponme|comunicame|derivame|pasarme|ponerme|comunicarme|pasas|pasar con .. alguien|persona|
            humano|humana|asesor|asesora|soporte|equipo|agente
        me atienda|atiende|responda|conteste|ayude .. persona|humano|alguien
        que me atienda|responda|conteste|ayude|llame alguien
        me puede|pueden|puedes|podria|podrian contestar|responder|atender|ayudar alguien|una
        me pueden|puede|podrian|podeis llamar
        (quiero) que me llamen|llame
        hay algun|alguna|alguien humano|humana|persona|ahi
        eres|sos|es|esres un|una bot|robot|maquina|ia|chatbot
        eres|sos bot|robot|humano|humana|real|automatico
        eres una persona|maquina|inteligencia
        eres .. de verdad ?
        responde|contesta|contestando|respondiendo|escribiendo .. bot|robot|maquina|ia|automatico
        persona o .. bot|robot|maquina
        maquina|bot|robot o .. persona|humano
        es|son automatico|automatica|automaticas|automatizado|respuestas ?
        esto es|parece automatico|automatizado
        respuestas|mensajes automaticas|automaticos
        persona real
        alguien real
        soporte humano
        alguien del equipo
        alguien de verdad
        """,
    Intent.SUPPORT: """
        no funciona|abre|carga|anda|sirve|va .. link|enlace|acceso|pagina|web|video|videos|codigo|pago|
            plataforma|boton|app|aplicacion|clase|pdf
        link|enlace|acceso|pagina|web|video|videos|codigo|plataforma|boton|app|aplicacion|clase|clases|
            modulo|pdf|audio|archivo .. no (me|se) (ha|han) funciona*|abre*|carga*|anda|andan|sirve*|va|
            reproduce*|ve|ven|descarga*|llego|llegado|deja
        link|enlace .. roto|caido|vencido|caducado|expirado
        no funciona|funciono|anda|abre|carga
        no puedo|pude|podido|consigo|logro|logre entrar|acceder|ingresar|abrir|descargar|ver|iniciar|
            conectarme|registrarme|pagar .. curso|clase|clases|link|video|videos|plataforma|pdf|pagina|
            sesion|cuenta|contenido|grupo|compre
        no puedo|pude|podido|consigo|logro|logre entrar|acceder|ingresar|descargar|registrarme
        no me deja|permite entrar|acceder|ingresar|descargar|abrir|pagar|ver|iniciar|comprar|registrarme
        no me (ha|han) llego|llega|llegado|llegaron|mandaron|enviaron|aparece|aparecen|carga|abre
        no recibi|recibo|he recibido .. correo|mail|email|acceso|link|enlace|nada|curso|compra|contrasena
        no encuentro .. clases|clase|curso|acceso|correo|compra|videos|link|enlace|compre
        no veo .. clases|curso|acceso|compra
        cancelar|anular (mi|la|el) compra|pedido|suscripcion|inscripcion|plan|membresia
        pague|compre|pagado|comprado|transferi|pago .. no .. llego|llegado|llega|recibi|recibido|aparece|
            acceso|encuentro
        sin acceso
        olvide|perdi|recuperar|cambiar .. contrasena|clave|acceso
        contrasena incorrecta|equivocada
        me da|sale|aparece|tira|marca (un) error
        da error
        error al|cuando|en .. pagar|entrar|pago|acceder|comprar|abrir|iniciar
        me cobraron|cobro|cobrado|cobrasteis
        cobro|pago duplicado|doble
        pago rechazado|fallido
        tengo un problema con .. acceso|pago|curso|cuenta|compra|link|plataforma
        problema|problemas con|para .. acceder|entrar|acceso|pago|pagar|cuenta|plataforma
        """,
    MeaningMark.COMPLAINT: """
        reembolso
        reembolsar
        reembolsen
        devolucion
        devuelvan|devuelve|devuelvas|devolver|devuelveme .. dinero|plata|pago
        devuelvanme|devuelveme
        quiero|dame mi dinero|plata
        me estafaron|estafaste|estafado|enganaron|enganaste|robaron
        sois|son|eres unos|un|una estafadores|estafador|estafa|ladrones|ladron|sinverguenzas
        que verguenza
        una verguenza
        pesimo|pesima servicio|atencion|curso
        voy|quiero a|poner .. denunciar|denuncia|reclamar|reclamacion
        muy decepcionado|decepcionada
        nadie me responde|contesta
        """,
    MeaningMark.DIRECT_PURCHASE: """
        quiero|quisiera|queria|voy|gustaria|deseo|necesito (a) comprar|adquirir|contratar <thing>
        quiero|quisiera|voy|gustaria (a) comprarlo|comprarla|comprartelo|adquirirlo|contratarlo|
            contratarte|pagarlo|pagarla
        quiero|quisiera|voy|puedo (a) pagar|pagarte|pagarlo .. ahora|ya|hoy
        quiero pagar
        lo|la compro
        donde|como|cuando (lo|la|te) (puedo) (puede) pago|pagar|compro|comprar|comprarlo|comprarla|abono|
            adquiero|adquirirlo|adquirir|transfiero|deposito|contrato|contratar <thing>
        como|donde hago|hacer|realizo|puedo|seria|es (para) (el) (hacer) pago|pagar|comprar|comprarlo|
            comprarla|adquirirlo <thing>
        a donde|cual|que transfiero|deposito|cuenta .. transferir|transferencia|transfiero|deposito
        a donde transfiero|deposito|pago
        link|enlace de|del|para (el) pago|pagar|compra|comprar
        pasame|mandame|enviame|pasa|manda|dame|envia|pases|mandes|envies .. link|enlace .. pagar|pago|
            compra|comprar|compro
        aceptan|aceptas|acepta|puedo pagar con|por bizum|paypal|tarjeta|transferencia|pix|oxxo|mercadopago
        (puedo) comprarlo hoy|ya|ahora
        listo|lista para pagar|comprar
        no veo la hora de comprarlo|comprar|tenerlo|empezar
        """,
    Intent.INTEREST_STRONG: """
        lo|la quiero
        lo|la quiero ya|ahora
        me apunto
        me sumo
        me inscribo
        me anoto
        me uno $
        apuntame
        anotame
        inscribeme
        quiero|quisiera|voy|gustaria (a) inscribirme|apuntarme|anotarme|sumarme|entrar|unirme|registrarme|
            suscribirme|matricularme
        quiero|quisiera (ser) parte|alumno|alumna|miembro
        quiero empezar|comenzar|arrancar
        quiero|reservar|reserva|guardame|aparta|apartar|guarda .. mi|una|la plaza|cupo|lugar|sitio|vaga
        como|donde me|puedo inscribo|apunto|anoto|registro|suscribo|uno|matriculo|sumo
        como|donde puedo|hago|para .. inscribirme|apuntarme|anotarme|unirme|entrar|suscribirme|registrarme
        listo|lista para empezar|comenzar
        """,
    Intent.OBJECTION_PRICE: """
        caro|caros|carito|caritos|carisimo|carisima
        es|esta|son cara|caras
        (es|esta|son) muy|demasiado|tan|bastante|algo|un|mas (poco) caro|cara|caros|caras
        que caro|cara
        me parece|resulta|sale|hace (muy|un|algo) (poco) caro|cara
        es|son mucho|mucha|demasiado|demasiada|bastante dinero|plata|guita|pasta|lana
        mucho dinero|plata
        es mucho para .. bolsillo|mi
        no (lo) puedo pagar <thing>
        no puedo pagarlo|pagarla|pagarte|costearlo|permitirmelo|gastar|pagar (ahora|hoy|eso|esto|tanto|mas)
        no me (lo|la) (puedo) permitir|permitirlo
        no me alcanza|llega (el|la) (dinero|plata|presupuesto)
        no me da el|la presupuesto|bolsillo|dinero|plata|sueldo
        no tengo (ni) (el|la|tanto|tanta|suficiente|mucho|un|ahora) dinero|plata|pasta|guita|lana|
            presupuesto|duro|efectivo|centavo|peso|pesos
        no hay dinero|plata|presupuesto
        no cuento con .. dinero|presupuesto|plata
        tengo poco|poca dinero|plata
        sin|corto|corta|justo|justa (de) (un) dinero|plata|duro|pasta|guita|presupuesto|blanca
        (se) fuera|sale|va|pasa|escapa (de) (mi|presupuesto) presupuesto
        supera .. presupuesto
        no llego a fin
        para mi bolsillo
        no esta en mi presupuesto
        es un dineral
        vale mucho
        cuesta mucho
        cuesta demasiado
        """,
    Intent.OBJECTION_TIME: """
        no (me) tengo|hay|queda|sobra|dispongo|encuentro|da|tendria|tendre|saco|cuento (con|de) (mucho|
            nada|suficiente|tanto|ni|casi|el|un) (de) tiempo|minuto|hora|momento|rato|hueco
        no voy a tener .. tiempo
        no me da (el|la) (tiempo) tiempo|vida
        me falta tiempo
        ni un minuto|segundo|rato
        falta de tiempo
        sin tiempo
        poco tiempo
        ando|estoy|voy|vivo|paso (muy|super|bastante|tan|demasiado|re|siempre) ocupado|ocupada|liado|liada|
            atareado|atareada|ajetreado|ajetreada|corriendo
        muy|super|tan ocupado|ocupada|liado|liada
        a full|mil|tope con|de|en .. curro|trabajo|todo|estudios|laburo
        hasta arriba|cuello de trabajo|curro|cosas
        mucho trabajo
        mi horario|agenda no .. permite|da|deja
        tengo la agenda llena
        horario|agenda complicado|complicada|llena|lleno
        no encuentro el|un momento|hueco
        trabajo todo el dia
        """,
    Intent.OBJECTION_DOUBT: """
        tengo|tendria|necesito|dejame|deja|quiero|voy|debo|quisiera (que|a) (lo) pensarlo|piense|pensar
        tengo|necesito|voy|debo|dejame (que|a) pensarmelo
        me lo (tengo|voy|quiero) (que|a) pensar|pensare|pienso
        lo (voy|tengo) (a|que) pienso|pensare|pensar|pensando|medito|consulto|consultar|consultare|hablo|
            platico
        deja|dejame que lo piense
        estoy|sigo|ando pensandolo|pensandomelo|dudando|pensando|indeciso|indecisa
        lo estoy|sigo pensando
        indeciso
        indecisa
        no estoy|estaba (muy|del) (todo|tan) seguro|segura|convencido|convencida|decidido|decidida
        no me (termina|acaba|llega) (de|a) convence|convencer|convencio|decido
        no termino|acabo de decidirme|convencerme
        no lo tengo|veo (muy|del|tan|nada) (todo) claro
        no se $
        no se que hacer
        no se si comprarlo|comprar|hacerlo|apuntarme|entrar|me|quiero|lo|vale|invertir
        no se si
        tengo (mis|algunas|muchas|unas|varias|bastantes) dudas
        estoy en duda
        hablarlo|consultarlo|hablar|consultar|preguntarle|platicarlo|verlo (con|a) mi .. marido|mujer|
            pareja|esposo|esposa|novio|novia|socio|familia|madre|padre|socia
        no me decido
        necesito mas tiempo para pensar*|decidir*
        """,
    Intent.OBJECTION_LATER: """
        ahora|ahorita|hoy|todavia|aun|actualmente (mismo) no (gracias) (puedo) $
        ahora|ahorita|hoy (mismo) no (puedo|quiero|me)
        por|de ahora|momento no (puedo|me)
        todavia no
        aun no $
        no por ahora
        no (es|sera) (un|el|mi) (buen) momento
        mas adelante
        luego|despues|ya (te|lo) digo|aviso|escribo|cuento|confirmo|miro|veo|hablamos|vere|dire|avisare
        te aviso|avisare|confirmo|confirmare
        te escribo|hablo|busco|contacto .. cuando|despues|luego|mes|semana|ano|dia
        el|la|para|proximo|otro mes|semana|ano|verano|quincena|trimestre que viene|entra|proximo|proxima
        el|la|para proximo|proxima|siguiente mes|semana|ano|quincena
        el|para otro mes|ano|momento|dia
        mes|semana|ano que viene
        proximo|proxima mes|semana|ano|verano
        en otro momento
        otro dia
        otra ocasion
        para|en|hasta|desde enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|
            diciembre|verano|septiembre $
        quizas|quiza|talvez .. despues|luego|verano|adelante|enero
        tal vez .. despues|luego|ano|mes|semana
        lo|mejor dejo|dejamos|dejaria|deje (lo) para .. despues|luego|enero|mes|dia|momento|verano
        cuando cobre|pueda|reciba|vuelva
        cuando tenga|junte|ahorre .. dinero|plata|tiempo|trabajo
        despues de .. vacaciones|verano|fiestas|navidad|examenes|semana|mes
        no es (un) buen momento
        en unos|unas|un dias|semanas|meses|tiempo
        """,
    Intent.OBJECTION_WORKS: """
        funciona|sirve|resulta ?
        (de) verdad|realmente (que) (se) funciona|sirve|resulta|ayuda|ven
        esto|eso|el|de funciona|sirve|resulta|vale ?
        esto|eso (si) funciona|sirve .. verdad|realmente
        (tu) curso|programa|metodo|mentoria funciona|sirve .. ?
        seguro que|de funciona|sirve|resulta|que
        y si no (me) funciona|sirve|resulta
        no creo que (me|eso|esto|a) (me) funcione|resulte
        dudo que funcione|sirva
        da|dan|hay|ven|tienes resultados ?
        que|cuales (tipo) (de) (son) (los) resultados
        se ven resultados
        hay|tiene|tienen|tienes|das|dan|que|ofrecen|ofreces (alguna|de) garantia|garantias
        garantia de que
        estafa|fraude|timo|engano|mentira|humo ?
        es|sera|parece|seria (una|un) estafa|fraude|timo|engano|mentira|humo
        como se que .. fraude|estafa|funciona|sirve|verdad|real
        no me (lo) creo|fio
        es confiable|fiable|serio|real|verdad|legal ?
        es de verdad|fiar ?
        casos de exito
        testimonios
        opiniones de|sobre
        hay opiniones|resenas|comentarios
        resenas
        le|les haya|ha|han funcionado
        le|les funciono
        vale la pena
        merece la pena
        demasiado bueno para ser
        """,
    Intent.OBJECTION_NOT_FOR_ME: """
        no se|creo (que|si) (esto|eso) (es|sea|si) (sea|es) para mi
        no|dudo (se|creo) (que|si) .. para mi
        es|sera|seria (esto|eso) para mi
        esto|eso|curso|programa es|seria|sera (para) para mi ?
        no es para mi
        no (se|creo) (que|si) (a|esto) (me|mi) (vaya|va|fuera) (a) sirva|servir|servira|ayudar|encaje|encajo
        no creo que encaje|encajo|pueda
        me serviria|servira|sirve (igual|a) ?
        sirve .. para|si .. principiantes|principiante|novatos|mi|cero|mayores|empiezo
        es para|apto .. principiantes|principiante|novatos|mayores|gente|personas
        para principiantes
        soy|era (un|una|muy|totalmente|demasiado|solo|total) principiante|novato|novata|nuevo|nueva|
            inexperto|inexperta|mayor|viejo|vieja|joven
        soy .. para esto
        no tengo (ninguna|mucha|nada|ni|tanta) (de) experiencia|nivel|perfil|madera
        sin experiencia
        cero experiencia
        no se nada (de) (sobre)
        empiezo|empezando|partiendo|parto|empezar de|desde cero
        a mi edad
        no valgo|sirvo para
        no soy .. persona|perfil|indicado|indicada
        mi caso es|seria
        mi situacion es
        nunca (lo|la) he .. nada|invertido|hecho|probado|parecido|estudiado|trabajado|vendido
        nunca hice|probe|inverti
        no es lo mio
        no va conmigo
        """,
    Intent.OBJECTION_COMPLICATED: """
        (es|parece|muy|veo) complicado|complicada|complicados|complicadisimo|complicadisima
        parece|suena|ve|resulta|veo|es|sera (muy|un|algo|tan|bastante|demasiado) (poco|lio) dificil|
            dificiles|complejo|lio|enredado|enredo|rollo|tecnico
        muy|demasiado|tan|bastante|super dificil|tecnico|tecnica|avanzado|complejo|enredado
        dificilisimo
        un lio
        no entiendo (mucho|nada) (nada) (de) tecnologia|ordenadores|computadoras|informatica|internet|eso|
            esto
        no entiendo nada
        no se me dan|da (muy|nada) bien
        soy (muy|un|una|super) (malo|mala|malisimo|malisima|negado|negada|torpe|pesimo|pesima|burro|inutil|
            cero) (con|para) (la|los|las) tecnologia|ordenadores|computadoras|tecnologias|informatica|
            numeros
        conocimientos tecnicos|previos|informaticos
        hay que|necesito saber (mucho|de) .. informatica|programar|tecnologia
        miedo .. no entender*|poder|enterarme|saber
        me abruma
        son|es|demasiadas|muchas muchas|demasiadas|muchos|demasiados cosas|pasos|modulos|informacion
        muchas cosas
        me pierdo
        cuesta|dificil entender*
        """,
    Intent.OBJECTION_ALREADY_HAVE: """
        ya (lo|la) tengo (otro|otra|uno|una|algo|un|mi|el|la) (muy) curso|uno|una|otro|otra|programa|
            mentor|mentora|coach|entrenador|entrenadora|nutricionista|parecido|similar|asi|igual|
            suscripcion|metodo|herramienta|app|eso|ese|guia|libro|plan
        ya (lo|la|los) tengo $
        ya (me) (lo|la) compre|compramos
        ya (me|lo|los) hice|hago|compre|he|pague|tome|estudie .. curso|parecido|similar|otro|igual|
            programa|algo|uno
        ya estoy|ando .. otro|otra|programa|curso|igual|apuntado|apuntada|similar|uno
        ya sigo|uso|voy|trabajo|utilizo|pertenezco|entreno|cuento (a|con|en) (un|una|otro|otra|mi) (otro|
            otra|coach|entrenador|entrenadora|nutricionista|mentor|mentora|curso|programa|plan|metodo|
            herramienta|app|algo|asesor|asesora)
        ya uso|sigo|tengo|hice otro|otra
        tengo (otro|otra|uno|una|algo|un) (curso|programa|muy|bastante) parecido|similar|igual
        ya soy alumno|alumna|miembro|cliente .. otro|otra
        el de otro|otra creador|creadora|persona
        """,
    Intent.QUESTION_PRODUCT: """
        cuanto (me|te|nos|se|es) (lo) cuesta|cuestan|vale|valen|sale|salen|cobras|cobran|costaria|saldria|
            esta|estan|es|seria|serian|cobra|costo
        cuanto costaria|vale|sale|cobras|cuesta .. curso|programa|mentoria
        a cuanto
        ^ cuanto $
        cuanto por
        por cuanto
        que|cual|saber|dime|dame|darme|dices|diga|das|decirme|pasas|pasa|pasame|tienes|conocer|saben (me|
            es|seria|el|los|tus|son) (el|los|la) precio|precios|valor|costo|coste|tarifa|tarifas|costos
        (el) precio|precios|tarifa|tarifas|costo $
        ^ (el) valor $
        ^ precio|precios|tarifas|costo|coste
        precio del|de
        que|cual precio|valor|costo
        que incluye|trae|contiene|viene|entra|tiene|ofrece|temas|contenido|temario
        que .. incluido|incluye
        incluye ..  ?
        cuantas|cuantos clases|modulos|horas|lecciones|semanas|sesiones|videos|meses|cuotas|temas|plazas|
            cupos|paginas
        cuanto (tiempo) dura|duran|demora|toma|lleva
        cuanto tiempo .. dedicar*|acceso|dura|tengo
        acceso .. siempre|vida|vitalicio|ilimitado
        es de por vida
        cuando empieza|comienza|inicia|arranca|empiezan|abren|es|comienzan|abre
        que dias|fecha|fechas|horario|horarios
        que dia ?
        es|son|seria (todo|en|las|clases) (clases) online|presencial|presenciales|grabado|grabada|vivo|
            linea|virtual
        en vivo o
        online o presencial
        grabadas|grabado o
        dan|das|hay|tiene|incluye|entregan|con|obtengo (un|algun) certificado|diploma|titulo|certificacion
        en|a cuotas|plazos|meses
        pagar en|a|por cuotas|plazos|partes|meses
        facilidades de pago
        hay|tienes|tienen|puede|aceptan cuotas|plazos
        formas|metodos|medios|forma|metodo de pago
        (que|otros|tus) productos|cursos|servicios tienes|ofreces|hay|vendes
        que cursos|productos|servicios|programas
        mas barato|economico|barata|economica
        hay|tienes|tienen|haces|habra (algun|alguna|el) descuento|descuentos|promo|promocion|oferta|rebaja|
            cupon
        necesito|hay|hace (que) (tener) falta (material|requisitos|algo) materiales|requisitos|equipo
        para quien|quienes es
        """,
    Intent.LEAD_MAGNET: """
        gratis
        gratuito
        gratuita
        gratuitos
        gratuitas
        sin pagar
        una|alguna|hay|tienes|tienen (alguna|una) muestra
        hay|tienes|tienen (algunas) muestras
        me regalas|regalan|regalarias
        regalabas|regalas|regalaste|regalando .. plantilla|guia|ebook|pdf|clase
        el|tu|mi|un regalo
        clase|sesion|semana|periodo|version de prueba|demo
        prueba gratis|gratuita
        de regalo
        clase muestra
        """,
    Intent.INTEREST_SOFT: """
        me interesa|intereso|interesaria|interesan
        me (ha) interesado
        estoy (muy|super|re) interesado|interesada
        interesado
        interesada
        me|te|puedes|podrias|quiero|quisiera|queria|necesito|busco|hola|dame|das|pides|pasame|mandame|
            enviame|buenas|tienes|gustaria|solicito|envias|mandas (me|dar|das|mandar|pasas|pasar|tener|
            enviar|un) (de) (mas|poco|la) (de) info|informacion|detalles|infos
        mas info|informacion|detalles|infos
        ^ info|informacion|infos
        info|informacion $
        info|informacion sobre|del|de
        cuentame|contame|cuenteme|cuentanos (un) (poco) (mas)
        me cuentas|cuenta|contas (un) (poco) (mas)
        explicame|explicas|explica|explicar (un) (poco) (mas|mejor|esto|que)
        explicame|explicas|explica|explicar como funciona|es|va
        saber (un) (poco) mas|sobre (de|sobre)
        quiero|quisiera|gustaria|queria saber algo|un|como|cuando|si
        conocer mas|tu|el
        saber de que|como
        como funciona|funcionan|seria|es .. mentoria|curso|programa|comunidad|eso|esto|lo|membresia
        como funciona (el|la|lo|esto|eso|tu)
        de que (se) trata|va|es|iba
        que es (lo) .. curso|programa|mentoria|eso|esto
        suena|se|pinta|parece|ve (muy|super|re) bien|genial|interesante|increible|bueno|guay|brutal
        que interesante
        interesante
        me llama|llamo .. atencion
        vi tu anuncio|publicidad|post|publicacion|reel
        vengo|llegue por|del|de .. anuncio|publicidad|reel|live
        me|tengo da|tengo|tengo curiosidad
        tengo curiosidad
        me gusta|encanta (mucho) tu|el|la programa|curso|mentoria|idea|metodo
        me (gustaria|encantaria) aprender|participar|probar
        quiero aprender|mejorar|lograr|bajar|ganar|vender
        """,
    Intent.QUESTION_GENERAL: """
        quien|quienes eres|sos|es|esta|son|sois|lleva|maneja
        que haces|hacen|haceis|estudiaste|estudias (tu) (en) $
        a que te dedicas
        de|desde donde eres|sos|sois|son|escribes|transmites
        donde vives|estas|queda|resides|naciste|viven
        (en) que ciudad|pais (vives|estas|eres)
        vives|eres|estas en|de .. ?
        cuantos anos tienes|llevas
        que edad tienes
        cuanto (tiempo) llevas
        desde cuando
        como te llamas
        (cual) es tu nombre|historia
        cual es tu historia|nombre|experiencia|formacion|instagram|canal|signo
        tienes|haces|tenes|estas|subes (un|una|en|canal|cuenta|algun) (de) (canal|cuenta) instagram|tiktok|
            youtube|podcast|canal|directos|lives|directo|facebook|web|hijos|linkedin|blog|newsletter
        eres psicologo|psicologa|nutricionista|medico|medica|coach|entrenador|entrenadora|abogado|abogada|
            doctor|doctora|profesor|profesora|economista|terapeuta|dietista
        que (carrera) estudiaste|estudias
        cuando subes|publicas|sacas|haces|sale
        como empezaste|aprendiste|lograste|comenzaste
        tu historia
        """,
    Intent.GREETING: """
        hola|holi|holis|ola|holaa|holla (guapa|guapo|linda|lindo|bella|amigo|amiga|buenas|a|crack|bro)
        buenas|buenos|buen dias|tardes|noches|dia
        muy buenas
        ^ buenas $
        que tal|onda|hay|hubo|pasa|cuentas
        como (te) estas|va|andas|estan|vas (todo)
        todo bien|bn
        saludos
        un gusto
        """,
    Intent.THANKS: """
        gracias|grasias|gracia (por|a) (todo|la|tu|ti|contestar|responder|el|los|crack) (info|informacion|
            ayuda|tiempo|respuesta)
        mil|muchas|muchisimas|infinitas gracias
        (te) (lo) agradezco|agradezco|agradecido|agradecida
        se agradece
        muy amable
        que amable
        """,
    Intent.GOODBYE: """
        adios
        chao|chau|chaito|ciao
        hasta luego|pronto|manana|otra|siempre|ahora|entonces|la
        hasta la proxima|vista
        hablamos luego|pronto|despues|manana
        nos vemos|leemos|hablamos
        cuidate|cuidense
        que (te) tengas|tengan|pases|estes|vaya (un|una|muy) (buen|buena|bien|feliz|lindo|linda) (dia|
            noche|tarde|finde|semana)
        que descanses|descansen
        buen|feliz finde|fin|dia|noche|semana
        un|te|besos|beso|abrazos|abrazo|besitos saludo|abrazo|beso
        ^ besos|abrazos|besitos|abrazo|beso
        """,
    MeaningMark.REFUSAL: """
        no (muchas) gracias
        no (me|nos) interesa|interesan|intereso (para) (nada)
        para nada me interesa
        no estoy|estamos (muy|para) (nada) interesado|interesada|interesados
        no (lo|la|los|te) quiero (nada|mas)
        no quiero (comprar|pagar|adquirir|saber|recibir|gastar) (en) nada|info|informacion|comprarlo|comprar
        no quiero .. nada|curso|info|informacion|publicidad
        no quiero que
        no (lo|la) (voy) (a) necesito|comprar|comprare|compro|contratar
        no necesito nada|ningun|ninguna|eso|esto|un|otro
        no busco|estoy (buscando) nada
        no es lo que busco|buscaba|necesito
        no es de mi interes
        sin interes
        no tengo (ningun) interes
        nunca|jamas (te|lo|la|les) compraria|compro|comprare|pagaria
        no (te|les|le|os) (voy|pienso|quiero) (a) comprar|comprarlo|comprarla|comprarte|comprare (nada)
        ^ paso $
        yo paso
        dejame|dejenme|dejadme|deja|dejen (de) (en|molestar|molestarme) paz|molestar|molestarme
        """,
    MeaningMark.ACKNOWLEDGED: """
        vale
        perfecto
        genial
        buenisimo
        listo
        dale
        entendido
        de acuerdo
        esta bien
        bueno
        claro
        ya veo
        excelente
        """,
    MeaningMark.IDIOM: """
        no hay problema
        tengo una duda|pregunta|consulta
        una duda|pregunta|consulta
        no te preocupes
        no pasa nada
        sin duda|problema|problemas
        no hay prisa
        me gusta mucho
        que tiempo hace
        me gusta
        """,
}
