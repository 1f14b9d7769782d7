"""What people talk about, in English. `chat.services.demo.talk` explains the form."""

from chat.services.demo.talk import Theme

GARDEN = Theme(
    language="en",
    rooms=(
        ("Community garden", "Beds, tools and who waters when"),
        ("Seed swap", "What you have and what you look for"),
        ("Compost corner", "Please no plastic"),
    ),
    more=("Allotments {place}", "Gardeners of {place}"),
    tails="🌱|🍅|☀️|Thanks.",
    words={
        "plant": "tomatoes|beans|courgettes|leeks|peppers|lettuces|pumpkins|strawberries|radishes|herbs",
        "tool": "wheelbarrow|long hose|good spade|hedge trimmer|watering can|rake|ladder",
        "bed": "bed 2|bed 3|bed 5|bed 8|the herb bed|the bed by the gate|the raised bed",
        "day": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
        "hour": "nine|ten|half past ten|five|six|half past six",
        "pest": "slugs|aphids|caterpillars|snails|leaf miners",
    },
    talk="""
A Who waters on {day}? | Can somebody water on {day}? I am away.
B I can, if it is before {hour}. | I will. Do the {plant} need it too?
A Perfect, thank you. | That helps a lot.
C I come along and look at the {plant}.

A There are {pest} on the {plant} again. | Has anybody else found {pest} on the {plant}?
B Same here, mostly in {bed}. | Yes, {bed} is full of them.
C Coffee grounds helped last year. | A board on the ground in the evening, and in the morning you just collect them.
A I will try that. | Good idea, I do it tonight.

A Where is the {tool}? | Who had the {tool} last?
B Behind the shed, under the roof. | I have it at home, sorry. I bring it back on {day}.
A Found it. | No hurry.

A We have far too many {plant} this year. | Who wants {plant}? There is a box by the gate.
B I take some. | Keep a few for me, I come at {hour}.
C Me too, for soup. | And I bring you a jar of chutney for it.
A Deal.

A The tap drips again. | There is a puddle under the tap.
B It needs a new washer, `½ inch`. | I saw the part at https://example.org/washers, it costs nearly nothing.
A Let us repair it on {day}. | Can you bring one on {day}?
B Yes, at {hour}. | I bring the tools too.

A Plan for {day}:¶- weed {bed}¶- sow {plant}¶- tea at {hour}
B I am in. | Count me in.
C I can only come for the tea. | I bring cake.
D And I bring my nephew, he likes to dig.

A Is it too early for {plant}? | When do you sow {plant} here?
B I wait until the nights are above 8 °C. | Mine are on the window sill for now.
C > nights are above 8 °C¶My grandmother said: after the ice saints.
A Then I wait a week. | I sow half now and half later.

A First {plant} of the year, look at them. | The {plant} in {bed} have never been this good.
B Beautiful. | Now I am jealous.
C What did you give them? | Which sort is it?
A Just compost, and **a lot** of water. | Old seeds from the swap, no name on the bag.

A The meeting is moved to {day}, {hour}. | Reminder: meeting on {day} at {hour}, by the shed.
B Noted. | I cannot, please write it down for me.
C I take the minutes.

A Somebody left the gate open. | The gate was open this morning.
B That was me, I am sorry. | The latch sticks when it is wet.
A No harm done. | I oil it on {day}.
""",
)

SOFTWARE = Theme(
    language="en",
    at_work=True,
    rooms=(
        ("Platform team", "Deploys, incidents, and what broke"),
        ("Code review", "Ask here before you wait a day"),
        ("Release train", "Every other Tuesday"),
        ("Front end", "Pages, styles, and browsers that surprise us"),
    ),
    more=("Project {place}", "Support {place}"),
    tails="👀|🚀|🙏|Thanks.",
    words={
        "part": "sign-in|search|billing|the importer|the worker|the mail queue|exports|the admin",
        "number": "1208|1214|1231|1240|1255|1263|1277|1289|1302|1318",
        "when": "today|tomorrow|before lunch|this afternoon|after the stand-up|on Thursday",
        "error": "TimeoutError|KeyError: 'id'|ConnectionResetError|a 502|IntegrityError",
        "version": "2.4|2.4.1|2.5|2.5.2|2.6|3.0",
        "minutes": "five|ten|twenty|thirty",
        "share": "0.3|0.8|1.2|2|4",
    },
    talk="""
A Can somebody review #{number}? It touches {part}. | #{number} is ready for review, it is small.
B On it. | I can look {when}.
B Two remarks, otherwise fine. | Approved. The test name could say more.
A Thanks, merged. | Good point, changed.

A {part} throws `{error}` since the last deploy. | Anybody else seeing `{error}` in {part}?
B Yes, about {share} % of the requests. | Looking.
C Did we change the pool size? | That smells like the migration in #{number}.
B Found it: the retry swallowed the first error. | It was a stale connection. Restarting helps, #{number} mends it.
A Thank you. I write the note. | Can we add a test for that?

A Deploying {version} in {minutes} minutes. | {version} goes out {when}.
B 👍 | Fine here.
A Done, no errors so far. | Rolled out. Please keep an eye on {part}.
C Graphs look calm. | p95 went down a little, nice.

A Why is {part} slow on staging? | {part} takes four seconds on staging.
B Missing index, I think:¶```sql¶EXPLAIN (ANALYZE, BUFFERS)¶SELECT id FROM jobs WHERE done_at IS NULL ORDER BY id LIMIT 50;¶```
C Try a partial index on `done_at`. | How many rows does it throw away?
A 40 ms now. | That was it, thank you.

A Small helper that I use for this:¶```python¶def batches(rows, size):¶    for start in range(0, len(rows), size):¶        yield rows[start : start + size]¶```
B `itertools.batched` does it from 3.12 on. | Nice and short.
A Right, as soon as we are there.

A Stand-up: yesterday {part}, today #{number}. | Today I finish #{number}, then {part}.
B I pair with you {when}, if you like. | Blocked on #{number}, could somebody look?
C I can. | After lunch.

A Are we still on for the retro {when}? | Retro {when}: please add your notes.
B Yes. | Added two.
C Can we start {minutes} minutes later? | I will be {minutes} minutes late.
A Sure. | No problem.

A The build is red. | CI is red on main, it seems to be {part}.
B A flaky test, I think. Rerunning. | My fault, mending it now.
B Green again. | #{number} is in.
A 🎉

A Docs question: do we say *sign in* or *log in*? | Which one is right, "set up" or "setup"?
B Sign in, as the verb. | `set up` when you do it, `setup` when you have it.
C There is a page about it: https://example.org/style | I always have to look it up, too.

A The customer in #{number} wants {part} as a file. | Do we have numbers on how many use {part}?
B I can pull them {when}. | About {share} % last month.
A Then it can wait for {version}. | Enough to do it properly.

A I am on call from tonight. | Handing the pager over, it was a calm week.
B Enjoy the quiet. | Thanks. Anything I should know about {part}?
A Only that {part} likes to be restarted gently. | The runbook is up to date: https://example.org/runbook
""",
)

STREET = Theme(
    language="en",
    rooms=(
        ("Neighbours", "Keys, parcels and lost cats"),
        ("Tool library", "Lend, borrow, bring back"),
        ("Bike repair", "Saturdays in the courtyard"),
    ),
    more=("{place} residents", "Carpool {place}"),
    tails="🙂|🏡|Thanks.|☕",
    words={
        "thing": "a drill|a long ladder|a sewing machine|a cake tin|jump leads|a projector|a tent",
        "day": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
        "hour": "eight|nine|noon|four|six|seven",
        "floor": "the ground floor|the second floor|the third floor|number 12|number 27|the back house",
        "pet": "a grey cat|a small brown dog|a green budgie|a black cat with one white paw",
    },
    talk="""
A Does anybody have {thing} that I could borrow until {day+}? | I need {thing} for an hour. Who has one?
B I do, come by after {hour}. | On {floor}, just ring.
A You saved my day. | Great, I bring it back on {day}.

A A parcel for {floor} is with me. | The postman left a parcel for {floor} here.
B That is mine, I come at {hour}. | Thanks, I pick it up on {day}.
A I am at home. | I leave it by the door.

A Has anybody seen {pet}? | {pet} is sitting in front of our door. Whose is it?
B I saw one in the yard at {hour}. | That might be from {floor}.
C I ask next door. | Shall I put up a note?
A Found. Thank you all. | All is well again ❤️

A Courtyard party on {day}, from {hour}. Who brings what? | Shall we have dinner outside on {day}?
B Salad from us. | We bring chairs.
C I can lend {thing+}. | I bring lemonade, ~~two~~ four bottles.
D Our band could play two songs. | The children want to sell waffles.
A Wonderful.

A The lift is stuck again. | Lift is out of order on {floor}.
B I called, somebody comes at {hour}. | They said {day}. Again.
C Does anybody need help with shopping? | I can carry things up for whoever needs it.
B That is kind, thank you.

A The water will be off on {day} from {hour} on. | Notice from the landlord: no water on {day}, about two hours.
B Thanks for the warning. | Good to know.
C Fill a bucket in time.

A Who drives to town on {day}? | I drive to the station on {day} at {hour}, two seats free.
B I would join. | Yes please, one seat.
A See you at {hour} in front of the house.

A Glass bin is full. | Could we sort the bins better? The blue one is for *paper*.
B I take the rest on {day}. | I wrote a sign.
A Thank you.

A It was a little loud at {hour}, could we talk? | To whoever practises drums: you are getting better.
B Sorry, that was us. It will not happen again. | Sorry. Is before {hour} better?
A Much better, thanks. | Quite all right, it was only once.
""",
)

FILMS = Theme(
    language="en",
    rooms=(
        ("Film club", "One film a week, then talk"),
        ("Book circle", "This month: something short"),
        ("Board games", "Wednesdays, until somebody wins"),
    ),
    more=("Film nights {place}", "Readers of {place}"),
    tails="🎬|🍿|🙂",
    words={
        "film": "*Playtime*|*Cleo from 5 to 7*|*The Gleaners and I*|*Stalker*|*Yi Yi*|*Paterson*"
        "|*Tampopo*|*Local Hero*|*Ikiru*|*The Apartment*",
        "day": "Tuesday|Wednesday|Thursday|Friday|Sunday",
        "hour": "seven|half past seven|eight|half past eight",
        "snack": "popcorn|olives|cheese|a lemon cake|crisps",
        "points": "6|7|8|9",
    },
    talk="""
A What do we watch on {day}? | Ideas for {day}?
B {film}? | I vote for {film}.
C Seen it twice, would see it again. | Or {film+}, for a change.
A {film} it is, at {hour}. | Then let us vote with 👍.

A So, how did you like {film}? | I am still thinking about {film}.
B {points} out of 10. The music stayed with me. | Slow, and I mean that as praise.
C The ending: ||she was there all along||. | I fell asleep, but I dreamt well.
A Ha. | You should see it on a big screen.

A The projector needs a new lamp. | Who has the projector?
B I have it, I bring it on {day}. | A lamp is 40 €, shall we share?
C I am in. | I can pay for half of it.

A I bring {snack}. | Who brings something to eat on {day}?
B Then I bring {snack+}. | {snack+} from me.
C And I bring an appetite.

A {film} is on in the old cinema on {day}. Who comes? | They show {film} on 35 mm this week.
B Me. | I have two tickets left.
C Meet at {hour} outside? | I come straight from work, keep a seat.
A See you there.

A Reading suggestion: anything by Tove Jansson. | Which book after this one?
B Something under 200 pages, please. | I have it in English and could lend it.
C **Short** stories? | Then I can finish it on the train.
A Short stories, agreed.

A I cannot come on {day}, have fun. | A cold has caught me, no film for me on {day}.
B Get well. | We miss you.
C I write down what you said you would have said.

A List so far:¶1. {film+}¶2. {film+}¶3. something with a train
B Trains, always. | I can find the third.
A Then that is settled.
""",
)

EVERYDAY = Theme(
    language="en",
    rooms=(("Coffee break", "Whatever comes up"), ("Photos", "What you have seen today")),
    more=("Hello {place}",),
    tails="🙂|👋|☕|😄",
    words={
        "day": "Monday|Tuesday|Wednesday|Thursday|Friday|the weekend",
        "weather": "rain|fog|sun at last|the first frost|wind|a rainbow over the station",
        "food": "lentil soup|pancakes|leftovers|a very good sandwich|noodles|plum cake",
        "place": "the library|the market|the river|the old station|the new bakery",
    },
    talk="""
A Good morning. | Morning, all.
B Good morning. | Morning. Coffee?
C Hello from {place}.

A {weather} here. And with you? | Did you see the sky just now?
B Grey, as ever. | I was at {place} and it was wonderful.
A Lucky you.

A What is for lunch? | I have no idea what to cook.
B {food} here. | There is {food} at {place} today.
A That decides it. | Now I am hungry.

A Is anybody at {place} on {day}? | I will be near {place} on {day}, coffee?
B Yes, after work. | I would like that.
A Then see you there.

A Does somebody know a good dentist? | Which bakery do you like? Asking for {day}.
B The one next to {place}. | I was happy with the one by {place}, ask for Mrs Novak.
A Thank you, I give them a call. | Noted.

A I am back from holiday. What did I miss? | Just read everything since {day}. You were busy.
B Not much. | The cake.
C Welcome back.

A Somebody has a birthday today 🎂 | Happy birthday to our youngest member.
B Happy birthday. | Have a lovely day 🎉
C From me too.

A Found a scarf at {place}. | Did anybody lose a glove at {place}?
B Blue? Then it is mine. | Leave it at the counter, they keep things.
A Done.

A Question of the day: tea or coffee? | Window open or closed?
B Tea. | Open, always.
C Coffee, and I will not discuss it. | Closed, it is winter for me until May.
""",
)

PLACES = (
    "Mill Lane|Harbour Street|Elm Court|Northgate|Old Wharf|Station Road|Maple Hill|The Meadows|Kingsbridge"
    "|Riverside|Foxton|Abbey Fields|Chapel Row|Granary Yard|Lower Green|Westcliff|Bishop's Park|Orchard End"
)

THEMES = (GARDEN, SOFTWARE, STREET, FILMS, EVERYDAY)
