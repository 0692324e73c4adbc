"""English phrases, contractions written out, one per line; the signs are explained in `pattern`."""

from domain.understanding.lexicon.meaning import MeaningMark, Phrases
from domain.vocabulary import Intent

PHRASES: Phrases = {
    Intent.ESCALATION: """
        talk|speak|chat|speaking|talking|connect|connected|put (me) (through) (directly) to|with .. human|
            person|someone|somebody|anyone|agent|representative|team|bot|robot|machine|ai|rep
        talk|speak to|with you directly
        am i talking|speaking|chatting to|with
        (real|actual|live) human|person answer|reply|here|please|contact|help
        real|actual|live person|human|agent
        get|want|need a human|person
        can|could|would|will someone|somebody|anyone call|phone|ring|reply|answer|help|contact
        (please) call me
        are|is you|this|it|these (just) (a|an|all) bot|robot|ai|machine|chatbot|automated|automatic|human|
            real|person
        are you real|human
        is|are|this|these (an) (all) automated|automatic (replies|messages|response|responses)
        automated replies|messages|responses|reply
        is (there) (this) anybody|anyone|somebody|someone|human there|here|answering
        not a|to bot|robot
        customer service
        """,
    Intent.SUPPORT: """
        link|page|website|site|video|videos|code|login|access|app|platform|button|pdf|class|course|payment|
            checkout|audio|file|module|lesson (you) (i|sent|gave|is) (me|sent|gave) .. not|
            never (not) (be) (get) (even) work|works|working|open|opening|load|loading|play|playing|go|
            show|showing|arrive|arrived|download|through|respond
        link|page|website|site|video|code|login|app|platform|button|pdf (you) (sent) (me) (is|are|seems|
            looks) (totally) broken|dead|expired|down|invalid|missing
        broken link
        can|could|am (not) not|unable (able) (to|seem) (to) (get) log|login|access|open|download|into|see|
            watch|find|enter|reset|sign (in|into) .. in|account|course|video|videos|link|file|platform|pdf|
            classes|lessons|content|guide|it|page
        can|could not log|login|access|download
        not log|sign in
        do|did|have|has|got|had|get not|no .. access|login
        do not have|got access
        no access
        (have) (still) not|never received|receive|got|get|gotten|arrived .. email|access|link|anything|
            course|mail|guide|confirmation|password|it
        never got|received|arrived
        paid|bought|purchased|ordered|payment .. not|no|nothing|never .. received|got|nothing|access|email|
            arrived|get|anything
        (paid|bought|purchased) (and) got|received nothing
        payment (was|got|keeps|did) (has) failed|fails|declined|failing|rejected|error
        card (was|got|keeps) declined|rejected
        getting|get|got|gives|shows|there|throws .. error
        error when|message|while|code
        (will|would|does|did) not let me .. download|open|pay|log|access|in|watch|enter|see
        (is|are|will|would|does|do|did) not (be) work|working|load|loading|open|playing|play|
            opening .. link|page|website|video|videos|code|login|app
        forgot|lost|reset .. password|login
        wrong|incorrect|invalid password
        was|been|got|were charged (me) twice|double|again|wrong
        charged (me) twice
        double charged|charge
        cancel|cancelled (my|the) order|purchase|subscription|membership|plan|payment
        problem|problems|issue|issues|trouble with|logging|accessing .. access|login|payment|account|link|
            platform|in|course|order
        """,
    MeaningMark.COMPLAINT: """
        refund
        refunded
        money back
        chargeback
        you scammed|robbed|lied
        i was|got|been scammed|ripped
        scammed me
        you are a (total) scammer|thief|fraud|liar
        rip off
        terrible|worst|awful|horrible service|support|course|experience
        so|very disappointed
        nobody (ever) replies|answers|answered|responds
        report you
        """,
    MeaningMark.DIRECT_PURCHASE: """
        want|like|love|ready|going|wish|need|would|wait to (go) (ahead) (and) buy|purchase|order|get|
            pay <thing>
        (can) not wait to buy|get|start|have (it)
        i will buy|purchase|order <thing>
        i am buying|ordering it|this|one
        let me buy|pay|purchase <thing>
        how|where (do|can|could|should|would) (i|we) (go) (about) pay|buy|purchase|order|buying|paying|
            get <thing>
        how to pay|buy|purchase|order <thing>
        can|could|may i|we (please) buy|purchase|pay|order now|today|it|with|by|this
        do|can you|i (take|accept) (pay) (with) take|accept|with|by paypal|card|cards|stripe|venmo|cash|
            zelle|crypto
        payment|checkout|purchase|buy link
        link to|for buy|pay|purchase|checkout|payment
        send|give|drop .. link|details .. pay|buy|purchase|payment|order
        take my money
        shut up and take
        ready to buy|pay|purchase|order
        pay now|today
        invoice me
        """,
    Intent.INTEREST_STRONG: """
        i want it|this|in (now) $
        i want one $
        i will take it|one|this
        (i) (am) count me in
        i am (so) (totally|definitely) in
        (just) sign|signing me up
        where|how (do|can|could|to) (i|we) sign|join|enroll|enrol|register|subscribe|start (up)
        how to sign|join|enroll|enrol|register|subscribe
        want|love|like|ready|going|wish|would|can|wait to|i join|enroll|enrol|register|subscribe|sign|
            book (up)
        (i) (am) ready to start|begin|go|commit
        want to start|begin
        save|reserve|book|hold (me) a|my|one spot|seat|place
        i am sold
        let us do it|this
        enroll|enrol|register me
        sign up $
        """,
    Intent.OBJECTION_PRICE: """
        expensive
        pricey
        pricy
        overpriced
        (too|so|very|bit) costly|steep
        can|could|would not (really) (be) (able) (to) afford
        (can) not (really) pay <thing>
        not affordable
        out|outside|over|above|beyond (of) my (price) budget|range|means
        not in|within my budget
        (is) over budget
        on a (tight|limited|small) budget
        no|not budget
        do|did not have .. money|cash|funds|budget
        have no money|cash|funds|budget
        no money|cash|funds
        (not) enough money
        am|so|i (totally|so|a|kinda|completely) broke
        broke right|rn|student
        a lot of money
        (is) (that|kind) lot for me
        that|it|this is (quite) (a) lot $
        that is a lot
        too much money|for
        so much money
        money|finances|funds is|are tight
        money is (really|very|so|a) (bit) tight|short
        costs|cost|charges too|so much
        that kind of money
        short on money|cash
        (price) is too|so|a (bit) (too) high
        """,
    Intent.OBJECTION_TIME: """
        do|did|would|will|have|can|could|had|may|might not (really|think|currently|even) (i|got|have|find|
            make|spare|that) (would|will|have|much|any|the|enough|got|d) .. time
        (i) have no|little|zero|limited|barely|hardly (free|spare) time
        no|zero|little time (left|for|to|at|right|rn) (this|it|all) $
        no (free) time
        very little time
        not|without (have) enough|much|any time
        time is|it an|the|my|a issue|problem|concern
        (too|so|very|super|really|pretty|crazy|extremely|quite|insanely) busy
        (i) am (always|just|currently) busy
        am|so|totally|completely swamped|slammed
        work is|has (so|been|really|just) crazy|insane|hectic|nuts|intense
        (too|so|a) much|lot on my plate
        schedule|days|calendar|week is|are (so|too|really|pretty|completely|super) full|packed|crazy|tight|
            hectic|booked
        find|have|make (the) time ?
        even find the time
        barely|hardly (ever) have|get|got (a|any|enough) minute|time|second
        work full time
        working two jobs
        """,
    Intent.OBJECTION_DOUBT: """
        need|have|want|got|going to think (about|it|over|more)
        should|must|will think (about|it|over|more)
        need|have|want|like|got|going to think
        let me think
        i will|am|have|need .. think|thinking about|on it|this|that
        think about it
        thinking about it
        still thinking|deciding|undecided|considering|debating|unsure
        mull it over
        am|are|not|feel (really|very|so|quite|completely|entirely|totally|100|too|that) (not) (sure|
            certain|convinced) (yet) unsure|undecided|torn|hesitant|hesitating|skeptical|doubtful
        not|never (really|very|so|quite|completely|entirely|totally|too|that) sure|certain|convinced (yet|
            about|if|though|at)
        undecided
        hesitating
        do not know (yet|tbh|honestly|really) $
        do not know what|if|whether (to) (i)
        have|having|had|got|has .. doubts|doubt|second
        second thoughts
        on the fence
        sleep on it
        not|have (not) (not) (yet) (decided|made|decide) decided|decide|made (my|yet) (mind)
        need|have|got|want|gotta|let|should to|me (first) (ask|talk|discuss|check|speak|consult|run|
            see) .. husband|wife|partner|boyfriend|girlfriend|family|mom|dad|spouse|fiance|parents
        can not decide|choose
        """,
    Intent.OBJECTION_LATER: """
        maybe|perhaps|probably|possibly|will|do|look|come|it|back|better .. later
        (maybe|perhaps|probably) (in|until|early|sometime) next month|week|year|summer|spring|quarter
        not (right|just) now|yet|today $
        not right|just now|yet
        not at|for the|this|that moment|time|now
        not for now
        now is not
        not a good|great|right|the time
        can not (do) (it) (right) now|today
        some|another|other|maybe other|time|day
        another time|day|occasion
        some other time|day
        let you|u know
        get|come|circle|reach|be back to|out|in|later|when|after|with
        i will (message|text|contact|write|ping|dm|tell|let) you|u|back when|after|later|next|soon|know|in|
            once
        when|once|after (i) get|am|payday (paid) (holidays)
        when|once i get|have|am|can (paid|money|time|the|more|ready|back)
        (let|talk|maybe|wait|until|look) after (the|my) summer|holidays|holiday|exams|vacation|christmas|
            weekend|payday|easter|new
        (maybe|perhaps) in|until|after|by january|february|march|april|may|june|july|august|september|
            october|november|december|spring|summer|autumn|fall|winter $
        in a|two|three|some|few couple|few|month|week|months|weeks (of) (weeks|months|days)
        in a (while|few|couple) $
        down the road|line
        in the future
        """,
    Intent.OBJECTION_WORKS: """
        does|do|will|would|can|did it|this|that|these|the|your (course|program|method) (really|actually|
            even|truly|honestly) work|help|works (for) ?
        does|will|would it|this|that (really|actually|even|truly|honestly|course|program) work
        really|actually work|works|worth|help
        get|gets|see|deliver|deliver|for (actual|any|real) results ?
        actually get|gets|see results
        what|any|which (kind) (of) results (have|did|do|can) (people|you)
        has|have it|this|anyone|anybody|people .. worked|succeeded
        worked for|with anyone|anybody|others|people|someone|you
        what if it|this does|will not work
        (how) (do|can) know (if|that) (it|this) (is) works|legit|real|scam|work
        how do|can|would|will i|we know
        do|did|would|will|can not (really) believe|trust (it|this|that|you) $
        i (really|highly|kinda) doubt (that) (it|this) (will|would|works|actually)
        do not think it|this (really|actually|will|would|even) works|work
        scam
        a fraud|hoax
        legit
        legitimate
        is (this|it) (even) (for) real|true|trustworthy ?
        too good to be
        worth it|the
        any|have|got|see|there|are|read|where|some (real|good|any|client|student) testimonials|reviews|
            proof|case|success|feedback
        testimonials
        success stories
        case studies
        any|a|the|what|some|give (kind) (of) (money) guarantee|guarantees|guaranteed
        guarantee
        """,
    Intent.OBJECTION_NOT_FOR_ME: """
        not (really) sure|think|believe|know|convinced (if|that|whether) (this|it|that) (is|would|
            be) (be) (really|right|even|the|suitable|made|good|a|meant) (right|good) (fit|thing|one|
            course) for me
        this|it|that is (really|probably|just) not (really|right|made) for me
        (really|right|good|meant|made|suitable) for me ?
        is|would|will (this|it|that) (be) (really|right|suitable|good|even|a|the|made|any) (good|
            right) (fit|use|course) for me
        (is) (this|it) (right|good|suitable|made|fit) (for) (total|complete|absolute|a) beginners|beginner|
            newbies|newbie|noob
        (is) (this|it) right|good|suitable|made|fit for someone|older
        for|a|am|total|complete|absolute|as|if|still (i) (am) (a|just|only|total) beginner|beginners|
            newbie|noob|novice|rookie
        (i) (am) (a|total|complete|absolute) beginner|newbie|noob|novice
        (am) (i) (completely|totally|very|pretty|brand|so|too) new to|at|in this|it|that|all
        (i) am (probably) too old|young|late|dumb|shy
        not good enough
        starting|start|begin|beginning|coming|am from|at (absolute) zero|scratch
        (have|got|with|without) no|zero|any|little|not|without (any|previous|prior|have|
            much) (have) experience|background
        (do) not have (any|much|the|enough) experience|skills|profile
        know|knows|understand nothing|little|zero about|of
        do not know anything|much|a about|thing
        never|not (ever) (even) done|tried|invested|sold|studied|made .. before|anything|this|life
        (not|do) (not) (think) (i) (am) (the) right|wrong|best|ideal person|fit|profile|match|
            audience (for) (this|it)
        my situation|case is
        someone my|at age
        at my age
        my age
        not (really) my thing|cup|kind|style|jam
        do not think .. (would) work|fit|suit|help for me
        would|will|can|could|does|might .. still work|help|be|suit for|me|useful ?
        not (really|sure) (it) (will|would) (help|suit|fit) for me
        """,
    Intent.OBJECTION_COMPLICATED: """
        complicated (for) (me)
        overwhelming
        overwhelmed
        confusing
        confused
        too|really|very|so|pretty|quite|bit|kinda|looks|seems|sounds|super|is|it|find|think|be (really|
            very|too|so|it|pretty|a|bit|kinda|quite) (bit) hard|difficult|tough|advanced|technical|complex|
            tricky (for) (me)
        is|are|will|would (it|this|that) (be) (very|really|too|so|going|all) (to) (be) hard|difficult|
            technical|complex|complicated|tricky
        (hard|difficult|tricky) to follow|understand|use|learn|do
        (i) (am) not (very|really|so|that|too|much) (good) (at|with|a|of) tech|technical|techy|computers|
            technology|technically|computer
        tech savvy
        (i) (am) (so|really|very|pretty) terrible|bad|awful|useless|hopeless|horrible|clueless|suck at|
            with tech|technology|computers|numbers|math|this|computer
        (need|have|require|requires|without|any) technical|tech|coding|programming|computer|special skills|
            knowledge
        so|too many steps|things|modules|parts
        lot|ton|tons of work|steps|info
        (i) get|am|would|will|be (so|totally) (get) lost
        above|over my head|level
        beyond me
        """,
    Intent.OBJECTION_ALREADY_HAVE: """
        already have|got|own|had|has|bought|purchased|did|done|took|taken|tried|doing|using|use|follow|
            following|subscribe|subscribed|enrolled|joined|signed|working|work|in|paying|pay|am|attended|
            attend|member|part .. one|it|course|program|similar|something|mentor|coach|trainer|app|else|
            another|other|plan|like|someone|membership|system|that|this|tool|book|guide|class
        already have|own|got|bought|purchased (it|one|that|this|mine) $
        have|got|did|took|bought|own|use|doing|in|with (a|an|one|something|another) (very|course|coach|
            trainer|program|mentor|one|similar|it|like|that) (like|course|program|one) (that) (similar|
            course) already
        (i) have|use|bought|got|own|did|took|follow (already) something|one|a|another (very|really|
            quite) similar
        something like that|this already
        else already
        enrolled with|in someone|another|a
        """,
    Intent.QUESTION_PRODUCT: """
        how much (is|does|do|are|would|will|for|it|you|the|to)
        how much
        what|is|about|are (is|are) (the|your|its) (total|full) price|prices|cost|costs|rate|rates|fee|fees|
            pricing
        price range
        ^ (the) price|prices|cost|pricing|rates
        price of|for|please
        (know|tell|send|give) (me) (the|your) price|prices|cost|rates|pricing
        what .. include|includes|included|contain|contains|come|comes|inside|cover|covers|
            covered (in) (with)
        (is|are|does) .. included ?
        what (exactly) do|will|would|can i|you|we get|learn|offer|sell|have
        which|what (other) courses|programs|products|services|topics|modules|plans|packages|options
        how (long|many) (is|are|does|do|will) (the|it|this) course|program|lessons|classes|modules|hours|
            weeks|sessions|videos|take|last|months|pages
        how many lessons|classes|modules|hours|weeks|sessions|videos|months|people|spots|seats|days|pages
        how long do|will|is|does|would .. access|have|course|program|take|last|it
        lifetime|unlimited|forever access
        access .. forever|lifetime|life
        when do|does|will|is|are (it|the|this|next|classes) .. start|starts|begin|open|opens|launch|next
        what day|time|date|dates (is|does|are)
        start date
        is|are|will|would (it|this|the|that|they) (course|classes|all|be|class|program|sessions|
            lessons) (all|be) (online|live|recorded|person|virtual) online|live|recorded|virtual|offline
        live or
        recorded or
        (get|give|there|with|offer|receive|include|includes|a|any) (a) certificate|certification|diploma
        installments|instalments
        payment plan|plans|options|methods|method
        pay in|by monthly|installments|instalments|parts
        pay monthly
        (any|a|there|have|offer|get|the|give) (student|current) discount|discounts|coupon
        any|a|on (special) promo|sale|deal|deals
        (anything|something|one|a|any) (a) (bit) cheaper
        how much .. charge|charges
        (do|will) i need (any|to) (materials|buy|special|equipment|software)
        who is (it|this|the) (course|program) for
        """,
    Intent.LEAD_MAGNET: """
        for free
        anything|something|is|it|got|some|any|this|offer free (of) (charge) ?
        is|are it|this|that|they free
        free sample|samples|stuff|guide|ebook|pdf|trial|class|classes|lesson|lessons|template|templates|
            checklist|resource|resources|masterclass|webinar|content|course|book|training|gift|version|
            workshop|download|copy|material|materials|session|call|audio|recipe|recipes|planner
        anything|something|it|this free
        freebie
        freebies
        a|any|the|there trial|sample|giveaway|demo
        giving|give away
        giveaway
        sample please|lesson|class
        """,
    Intent.INTEREST_SOFT: """
        (i) am|was|really|very|so|be|definitely|might (really|very|so|be|definitely|also) interested
        ^ (very|really|so|super) interested
        interested in
        tell me (a|some|all) (bit|little) (more|about)
        (can|could|would|will|please) (you) (please) tell me (more|about)
        (can|could|would) (you) (please) (explain|share|describe|send|give|provide|get|have) (me|us) (some|
            more|a|the|any) (more) info|details|information
        (some|more|any|send|give|get|want|need|for|the) info|information|details
        ^ info|information|details
        info|information please|about|on
        (want|like|love|would|wanna|wish|need|curious|interested) to|in (please|maybe) (know|learn|hear|
            find|learning|knowing|hearing) (a) (bit|little|out) more|about
        know|learn|hear|find|learning (a|out) (bit|little|lot) more|about
        sounds|looks|seems (really|so|very|super|pretty|quite|like) interesting|good|great|awesome|amazing|
            cool|fun
        (this|that|it) is (really|so|very) interesting
        how does|do|would|will it|this|that|the|your .. work
        what is|are (the|your|this|it|that) (course|program|mentorship|mentoring|all|membership|community|
            coaching|masterclass) (all) about
        what is it (all) about
        what is this (course|program|all) (about)
        (i) (am|was|got|so|pretty|really|very) curious
        saw|seen|found|came (through|from|across) your (instagram|facebook|tiktok) ad|post|reel|story|
            video .. curious|interested|like
        like|love (the|your) sound|idea|look|program|course|method (of)
        explain it|more|how|what|to|me
        want to learn|improve|lose|earn|grow|get|make
        """,
    Intent.QUESTION_GENERAL: """
        what do you do|study|teach|work
        what did you study
        who are|is|runs|manages|behind|owns (you|this|behind|running|the) (account|page|profile)
        where (are|do|did) you (live|based|from|come|study|grow|located|born)
        what|which city|country|town (are|do|is) (you)
        how old are
        (what|whats) is your name|story|background|age|job|experience|instagram|sign
        how long|many (years) have|did you (been) been|worked|doing|do|spent
        how did you .. start|started|begin|learn|become|get
        are you on|from|in|married|single|qualified|certified (tiktok|youtube|instagram)
        are you (a|an) (qualified|certified|real) psychologist|doctor|nutritionist|coach|trainer|lawyer|
            teacher|therapist|dietitian
        do you have|do|make|own|run (a|an|any|another|your) (youtube|own) lives|live|podcast|youtube|
            tiktok|channel|instagram|blog|website|newsletter|kids|facebook|linkedin|account|streams
        when (is|are|do|will|does) (your|you|the) (next|new|post|upload) (post|upload|new|next) video|live|
            reel|podcast|stream
        what languages
        your story
        """,
    Intent.GREETING: """
        hi|hello|hey|heyy|hiya|heya|hii|helo|hallo|howdy|greetings|hola (there|dear|guys|again|friend|
            everyone|man|bro|team|beautiful)
        ^ yo $
        ^ yo what|bro|man|dude
        good morning|afternoon|evening|day
        ^ morning|afternoon $
        how are|r you|things|u
        how is it|everything|life going
        how do you do
        how have you been
        what is up|good
        ^ sup|wassup|wazzup|whatsup
        nice to meet
        """,
    Intent.THANKS: """
        thanks|thx|ty|tks|thanx|tysm|tyvm|thnx|cheers|thankyou|thks|thnks (a|so|very|for|man|again|you|
            mate|bro|anyway|everyone) (much|lot|your|the|bunch|all|ton|that|sharing) (help|info|reply|
            answer|time|information|response)
        thank you|u|ya (so|very|for|a|guys) (much|your|the|lot|all) (help|info|reply|time|answer|
            information)
        many|huge|big thanks
        (really|much|i|so) appreciate|appreciated|appreciates (it|that|your|you|this)
        (so|very|really|i|am) (so) grateful
        you are the|so best|kind|sweet
        """,
    Intent.GOODBYE: """
        bye|byee|goodbye|byebye|ttyl|cya|cheerio
        good night|bye
        goodnight
        see|c|catch you|ya|u (later|soon|around|tomorrow|then|next)
        talk|speak|chat (to|with) (you|u) later|soon|tomorrow
        enjoy (the) (rest) (of) your day|weekend|evening|night|week
        have a nice|good|great|lovely|wonderful|blessed|amazing day|one|weekend|evening|night|week
        take care
        until next time
        ^ later|laters $
        farewell
        """,
    MeaningMark.REFUSAL: """
        no|nope|nah|not thanks|thank|thx (you)
        not (really|at|very|so|that|for|even|currently|particularly) (all) interested
        no interest
        do|did not (really|even|actually|currently) want|need (to|it|that|this|any|your|a|one|more|
            anything|the) (buy|purchase|know|pay|get|hear) (it|anything|this|more|that)
        do not want|need .. info|information|course|anything|stuff|ads|offers|services
        not looking for|to (anything|buy)
        not what i
        i (will|would) (think|have|just) (i) (will) pass
        i will pass
        hard pass
        never|not (ever) buy|pay|purchase
        not (going) (to) buy|pay|purchase|buying|purchasing|paying (it|this|that|anything)
        will|would not (be) buy|buying|purchase|pay
        no|nah i am|is good|fine|ok
        leave me alone
        stop bothering
        """,
    MeaningMark.ACKNOWLEDGED: """
        perfect
        great
        cool
        awesome
        alright
        got it
        sure
        sounds fair
        i see
        understood
        fine
        noted
        """,
    MeaningMark.IDIOM: """
        no problem|worries|rush|pressure|doubt|prob
        (quick|a|one) question
        free time
        good idea
        not bad
        feel free
        nice weather
        """,
}
