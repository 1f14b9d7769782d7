"""De qué habla la gente, en español: lo mismo que `english.py`, no su traducción."""

from chat.services.demo.talk import Theme

HUERTO = Theme(
    language="es",
    rooms=(
        ("Huerto vecinal", "Bancales, herramientas y turnos de riego"),
        ("Banco de semillas", "Qué tienes y qué buscas"),
        ("Compostera", "Sin plásticos, por favor"),
    ),
    more=("Huertos de {place}", "Plantas de {place}"),
    tails="🌱|🍅|☀️|Gracias.",
    words={
        "planta": "los tomates|las lechugas|los calabacines|los pimientos|las judías|las fresas|los puerros"
        "|las acelgas",
        "herramienta": "la carretilla|la azada buena|la manguera larga|la regadera|el rastrillo|la escalera",
        "bancal": "el bancal 2|el bancal 3|el bancal 7|el de las aromáticas|el que da a la verja",
        "dia": "el lunes|el martes|el miércoles|el jueves|el viernes|el sábado|el domingo",
        "hora": "a las nueve|a las diez|a las once y media|a las seis|a las siete y media",
        "bicho": "pulgones|caracoles|babosas|orugas|mosca blanca",
    },
    talk="""
A ¿Quién riega {dia}? | ¿Alguien puede regar {dia}? Yo estoy fuera.
B Yo puedo {hora}. | Me apunto. ¿Riego también {planta}?
A ¡Genial, gracias! | Me salvas la semana.
C Yo paso a mirar {planta}.

A Otra vez hay {bicho} en {planta}. | ¿Vosotros también tenéis {bicho}?
B Sí, sobre todo en {bancal}. | Aquí igual, una plaga.
C El jabón potásico funciona bien. | Lo mejor es venir de noche con una linterna.
A Lo pruebo {dia}. | Buena idea, gracias.

A ¿Dónde está {herramienta}? | ¿Quién usó {herramienta} por última vez?
B Detrás de la caseta. | La tengo en casa, perdón. La llevo {dia}.
A Ya está, gracias. | Sin prisa.

A Sobran {planta}, hay una caja junto a la verja. | Este año no damos abasto con {planta}.
B Yo me llevo unas cuantas. | Guárdame unas, paso {hora}.
C Y yo, para hacer conserva. | Te lo cambio por mermelada.
A Trato hecho.

A El grifo sigue goteando. | Hay un charco debajo del grifo.
B Hace falta una junta de `½ pulgada`. | Vi la pieza en https://example.org/juntas y cuesta una miseria.
A Lo arreglamos {dia} {hora}. | ¿La traes {dia}?
B Hecho. | Llevo también la llave inglesa.

A Plan para {dia}:¶- desbrozar {bancal}¶- sembrar {planta}¶- café {hora}
B Cuenta conmigo. | Me apunto.
C Yo solo llego al café. | Llevo bizcocho.

A ¿Es pronto para {planta}? | ¿Cuándo sembráis {planta}?
B Yo espero a que no hiele por la noche. | Las mías están todavía en la ventana.
C > espero a que no hiele¶Mi abuela decía: hasta el cuarenta de mayo…
A Entonces espero una semana. | Pongo la mitad ahora y la mitad luego.

A ¡Mirad cómo están {planta}! | Nunca había visto así {bancal}.
B Qué envidia. | Preciosidad.
C ¿Qué les echas? | ¿Qué variedad es?
A Compost y **paciencia**. | Semillas del intercambio, no ponía el nombre.

A La asamblea pasa a {dia} {hora}. | Recordatorio: asamblea {dia} {hora}, en la caseta.
B Anotado. | No llego, ¿alguien me cuenta luego?
C Yo hago el acta.
""",
)

EQUIPO = Theme(
    language="es",
    at_work=True,
    rooms=(
        ("Equipo de producto", "Qué hacemos, por qué y para cuándo"),
        ("Guardias", "Lo que se cae y quién lo levanta"),
        ("Diseño", "Píxeles, palabras y dudas"),
    ),
    more=("Proyecto {place}", "Soporte {place}"),
    tails="👀|🚀|🙏|Gracias.",
    words={
        "parte": "el buscador|la facturación|el importador|la cola de correo|el inicio de sesión|las exportaciones",
        "numero": "308|314|327|331|340|352|366|371|389|402",
        "cuando": "hoy|mañana|antes de comer|esta tarde|después de la diaria|el jueves",
        "error": "TimeoutError|un 502|KeyError: 'id'|ConnectionResetError",
        "version": "1.8|1.9|1.9.2|2.0|2.1",
        "minutos": "cinco|diez|veinte|treinta",
    },
    talk="""
A ¿Alguien revisa el #{numero}? Toca {parte}. | El #{numero} está listo para revisar, es corto.
B Voy. | Lo miro {cuando}.
B Dos comentarios, por lo demás bien. | Aprobado. Yo cambiaría el nombre del test.
A Gracias, fusionado. | Tienes razón, cambiado.

A Desde el despliegue veo `{error}` en {parte}. | ¿Alguien más ve `{error}` en {parte}?
B Sí, en una de cada cien peticiones. | Mirando.
C Huele a la migración del #{numero}. | ¿Hemos tocado el tamaño del pool?
B Encontrado: el reintento se comía el primer error. | Era una conexión vieja; reiniciar ayuda y el #{numero} lo arregla.
A ¡Gracias! | ¿Le ponemos un test?

A Despliego la {version} en {minutos} minutos. | La {version} sale {cuando}.
B 👍 | Por mí, adelante.
A Hecho, sin errores de momento. | Fuera. Echad un ojo a {parte}.
C Las gráficas, tranquilas. | El p95 ha bajado un poco.

A ¿Por qué va lento {parte} en preproducción? | En preproducción tarda cuatro segundos {parte}.
B Falta un índice:¶```sql¶CREATE INDEX CONCURRENTLY jobs_open ON jobs (id) WHERE done_at IS NULL;¶```
C Con un índice parcial debería bastar. | ¿Cuántas filas descarta?
A Ahora 40 ms. | Era eso, gracias.

A Diaria: ayer {parte}, hoy el #{numero}. | Hoy termino el #{numero} y sigo con {parte}.
B Si quieres hacemos pareja {cuando}. | Yo estoy atascado con el #{numero}, ¿alguien lo mira?
C Yo puedo. | Después de comer.

A ¿Retro {cuando}? | Retro {cuando}: apuntad vuestras notas, por favor.
B Sí. | Apuntadas dos.
C ¿Podemos empezar {minutos} minutos más tarde? | Llego {minutos} minutos tarde.
A Claro. | Sin problema.

A La integración está en rojo. | CI en rojo, parece {parte}.
B Es un test que falla a veces, lo relanzo. | Culpa mía, lo arreglo.
B Otra vez en verde. | Entró el #{numero}.
A 🎉

A ¿Decimos «iniciar sesión» o «entrar»? | ¿«Ajustes» o «configuración»?
B «Entrar» en los botones, que es más corto. | «Ajustes», que lo entiende todo el mundo.
C Está en la guía: https://example.org/guia | Siempre lo tengo que mirar.

A Esta noche empiezo la guardia. | Entrego la guardia, semana tranquila.
B Que siga así. | Gracias. ¿Algo que deba saber de {parte}?
A Nada, la guía está al día: https://example.org/guardias | Que a {parte} le gusta que lo reinicien con cariño.
""",
)

BARRIO = Theme(
    language="es",
    rooms=(
        ("Vecinas y vecinos", "Llaves, paquetes y gatos perdidos"),
        ("Coro del barrio", "Ensayos, partituras y viajes"),
        ("Banco de herramientas", "Se presta, se usa, se devuelve"),
    ),
    more=("Vecindad de {place}", "Coche compartido {place}"),
    tails="🙂|🏡|☕|¡Gracias!",
    words={
        "cosa": "un taladro|una escalera larga|una máquina de coser|un molde|unas pinzas|un proyector",
        "dia": "el lunes|el martes|el miércoles|el jueves|el viernes|el sábado|el domingo",
        "hora": "a las ocho|a mediodía|a las cinco|a las siete|a las nueve",
        "piso": "el bajo|el segundo A|el tercero|el ático|el portal 12|el portal 27",
        "mascota": "un gato gris|una perra pequeña marrón|un periquito verde|un gato negro con una pata blanca",
        "obra": "el *Cantique*|la habanera|el villancico nuevo|el *Dona nobis*",
    },
    talk="""
A ¿Alguien me deja {cosa} hasta {dia}? | Necesito {cosa} una hora, ¿quién tiene?
B Yo, pasa {hora}. | En {piso}, llama al timbre.
A ¡Me salvas! | Lo devuelvo {dia} sin falta.

A Tengo un paquete para {piso}. | El cartero ha dejado aquí un paquete para {piso}.
B Es mío, paso {hora}. | Gracias, lo recojo {dia}.
A Estoy en casa. | Lo dejo en la puerta.

A ¿Habéis visto {mascota}? | Hay {mascota} delante de casa. ¿De quién es?
B Lo vi en el patio {hora}. | Puede que sea de {piso}.
C Pregunto al lado. | ¿Ponemos un cartel?
A ¡Apareció! Gracias a todos. | Todo en orden ❤️

A Comida en el patio {dia} {hora}. ¿Quién trae qué? | ¿Cenamos fuera {dia}?
B Nosotros, tortilla. | Ponemos las sillas.
C Yo puedo llevar {cosa}. | Limonada, ~~dos~~ cuatro botellas.
D Los niños quieren vender pulseras.
A Qué bien.

A El ascensor se ha vuelto a parar. | Ascensor averiado en {piso}.
B Ya he llamado, vienen {hora}. | Dicen que {dia}. Otra vez.
C ¿Alguien necesita que le suba la compra? | Puedo subir bolsas a quien lo necesite.
B Qué amable, gracias.

A {dia} cortan el agua {hora}. | Aviso: {dia} sin agua unas dos horas.
B Gracias por avisar. | Bueno es saberlo.
C Llenad un cubo por si acaso.

A ¿Quién ensaya {obra}? | ¿Tenéis la partitura de {obra}?
B Yo la paso {dia}. | Está en https://example.org/partituras
C Las altos vamos cojas en el compás 14. | **Tenores:** se respira antes, no después.
A Lo vemos {dia} {hora}.

A ¿Quién baja al centro {dia}? | Voy a la estación {dia} {hora}, quedan dos plazas.
B Me apunto. | Una para mí, por favor.
A En el portal {hora}.

A Anoche hubo un poco de ruido. | A quien toca la trompeta: cada día mejor.
B Perdón, fuimos nosotros. | Perdón, ¿{hora} os va mejor?
A Mucho mejor, gracias. | No pasa nada, fue un rato.
""",
)

CINE = Theme(
    language="es",
    rooms=(
        ("Cine de los jueves", "Qué vemos esta semana"),
        ("Club de lectura", "Este mes, algo corto"),
        ("Juegos de mesa", "Hasta que alguien gane"),
    ),
    more=("Cinefórum {place}", "Lecturas de {place}"),
    tails="🎬|🍿|🙂",
    words={
        "peli": "*Los espigadores y la espigadora*|*El espíritu de la colmena*|*Plácido*|*Playtime*|*Yi Yi*"
        "|*Cléo de 5 a 7*|*Vivir*|*El apartamento*|*Paterson*",
        "dia": "el martes|el miércoles|el jueves|el viernes|el domingo",
        "hora": "a las siete|a las ocho|a las ocho y media|a las nueve",
        "picoteo": "palomitas|aceitunas|queso|empanada|un bizcocho",
        "nota": "6|7|8|9",
    },
    talk="""
A ¿Qué vemos {dia}? | ¿Ideas para {dia}?
B ¿{peli}? | Yo voto por {peli}.
C La he visto dos veces y repito. | O {peli+}, por cambiar.
A Pues {peli}, {hora}. | Votamos con 👍.

A Bueno, ¿qué os pareció {peli}? | Sigo pensando en {peli}.
B Un {nota}. La música no se me va. | Lenta, y lo digo como elogio.
C El final: ||ella estaba allí desde el principio||. | Me dormí, pero soñé bien.
A Jaja. | Hay que verla en pantalla grande.

A El proyector necesita una lámpara nueva. | ¿Quién tiene el proyector?
B Yo, lo llevo {dia}. | Son 40 €, ¿la pagamos entre todos?
C Por mí sí. | Pongo la mitad.

A Llevo {picoteo}. | ¿Quién trae algo de picar {dia}?
B Y yo {picoteo+}. | {picoteo+}, de mi parte.
C Yo llevo hambre.

A Ponen {peli} en la filmoteca {dia}. ¿Quién viene? | Esta semana dan {peli} en 35 mm.
B Yo. | Me sobran dos entradas.
C ¿Quedamos {hora} en la puerta? | Llego del trabajo, guardadme sitio.
A Allí nos vemos.

A ¿Qué libro leemos después? | Propuesta: cualquier cosa de Ana María Matute.
B Algo de menos de 200 páginas, por favor. | Lo tengo y lo presto.
C ¿Cuentos? | Así lo acabo en el tren.
A Cuentos, decidido.

A {dia} no puedo, pasadlo bien. | Estoy con un catarro, {dia} no voy.
B Que te mejores. | Te echaremos de menos.

A Lista hasta ahora:¶1. {peli+}¶2. {peli+}¶3. algo con trenes
B Trenes, siempre. | La tercera la busco yo.
A Pues ya está.
""",
)

CHARLA = Theme(
    language="es",
    rooms=(("Cafetería", "Lo que vaya saliendo"), ("Fotos", "Lo que habéis visto hoy")),
    more=("Hola, {place}",),
    tails="🙂|👋|☕|😄",
    words={
        "dia": "el lunes|el martes|el miércoles|el jueves|el viernes|el fin de semana",
        "tiempo": "lluvia|niebla|por fin sol|la primera helada|un viento tremendo",
        "comida": "lentejas|tortilla|las sobras|un bocadillo buenísimo|gazpacho|macarrones",
        "lugar": "la biblioteca|el mercado|el río|la estación vieja|la panadería nueva",
    },
    talk="""
A ¡Buenos días! | Buenas a todos.
B Buenos días. | ¡Hola! ¿Café?
C Hola desde {lugar}.

A Aquí, {tiempo}. ¿Y por ahí? | ¿Habéis visto el cielo ahora mismo?
B Gris, como siempre. | Yo estaba en {lugar} y era una maravilla.
A Qué suerte.

A ¿Qué coméis hoy? | No sé qué cocinar.
B Aquí, {comida}. | En {lugar} hay {comida}.
A Decidido. | Ahora tengo hambre.

A ¿Alguien va a {lugar} {dia}? | {dia} estaré por {lugar}, ¿un café?
B Sí, al salir del trabajo. | Me apetece.
A Pues allí nos vemos.

A ¿Conocéis un buen dentista? | ¿Qué panadería os gusta?
B La que está al lado de {lugar}. | Yo salí contento de la de {lugar}.
A Gracias, llamo. | Anotado.

A Ya estoy de vuelta. ¿Qué me he perdido? | Acabo de leerlo todo desde {dia}. No paráis.
B Poca cosa. | La tarta.
C Te echábamos de menos.

A Hoy hay cumpleaños 🎂 | Feliz cumpleaños a la más joven del grupo.
B ¡Felicidades! | Que lo pases bien 🎉
C Y de mi parte.

A He encontrado una bufanda en {lugar}. | ¿Alguien ha perdido un guante en {lugar}?
B ¿Azul? Entonces es mía. | Déjalo en el mostrador, allí lo guardan.
A Hecho.

A Pregunta del día: ¿té o café? | ¿Con cebolla o sin cebolla?
B Té. | Con, siempre.
C Café, y no hay discusión. | Sin, lo siento.
""",
)

PLACES = (
    "Lavapiés|Ruzafa|Gràcia|El Carmen|Triana|San Lorenzo|La Latina|Malasaña|Benimaclet|El Cabanyal|Argüelles"
    "|Sants|Delicias|Torrero|Santutxu|Zaidín|El Perchel|Arganzuela"
)

THEMES = (HUERTO, EQUIPO, BARRIO, CINE, CHARLA)
