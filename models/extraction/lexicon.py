"""Inside, pure: the vocabulary of attribution, as data.

Classes of English verbs, nouns and adjectives that introduce what somebody
said, thinks or means to do, by the frame they do it in. General vocabulary:
the classes follow Levin 1993 (37 "communication", 29 "predicative complements",
31-33 "judgment"); which members earn their place was measured on news.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Speech and writing; take a clause ("that ...", bare, a question) or a quotation.
SAY = _words("""
say tell state add note explain argue claim insist assert declare announce report write tweet
retweet post reply respond answer warn vow pledge promise confirm deny contend maintain
acknowledge admit concede suggest indicate recall testify allege reveal disclose mention stress
emphasize emphasise observe remark joke quip comment predict complain lament swear shout yell cry
exclaim conclude continue advise caution counter estimate inform boast brag proclaim propose
recommend repeat reiterate retort opine muse speculate theorize hint imply signal affirm attest
relate recount narrate inquire enquire ask wonder demand urge request plead beg beseech implore
scoff snap bark growl whisper murmur mutter stammer chuckle laugh sigh sob sneer tease blurt gush
rave rant fume thunder bellow scream holler gripe grumble bemoan bewail apologize apologise
clarify elaborate specify detail advertise certify decree ordain rule pronounce profess preach
read interject pipe venture volunteer surmise forecast project foretell foresee prophesy assure
reassure notify remind promise persuade guarantee stipulate underscore underline highlight
illustrate demonstrate show reflect find document reason rebut refute disagree object protest
blog email text message wire cable telegraph phone dictate quote cite hypothesize postulate posit
agree concur decide determine resolve rue caution intimate divulge leak confess joke chime editorialize
chant recite stutter charge question debate discuss summarize sum tout crow cheer pray vent echo marvel deadpan
""")

#: The plainest verbs of saying; they take a clause whatever the parser makes of it.
PLAIN = _words("""
say tell add note claim insist argue announce report write warn confirm acknowledge admit concede
maintain contend suggest explain state declare assert allege recall stress emphasize reply respond
""")

#: Verbs of saying that take a matter rather than a statement.
OF_MATTERS = _words("""
discuss debate question charge demand request ask quote cite detail summarize reflect document sing chant phone
dictate post email read relate decide determine resolve rule
""")

#: Verbs whose object is who is spoken to, and no part of what is said.
ADDRESS = _words("""
tell inform remind assure warn convince persuade notify advise show ask promise reassure teach caution
""")

#: Verbs of saying that, joined to a clause by "and" or "but", go on with the same speaker.
ECHOES = PLAIN | _words("""
call describe dismiss deny reject accuse urge criticize praise blame demand promise vow pledge condemn
denounce question dispute thank ask express
""")

#: Thought, feeling and perception; take a clause.
THINK = _words("""
believe think feel know hope expect fear worry assume suspect suppose presume guess imagine
understand realize realise recognize recognise consider anticipate doubt wish dream trust
remember forget learn hear reckon sense calculate envision envisage
appreciate accept regret dread deem judge fancy conceive contemplate ponder
want prefer believe fathom rejoice perceive
""")

#: Purpose, consent, refusal; take "to ..." with the speaker as its subject.
INTEND = _words("""
want hope plan intend vow pledge promise threaten refuse decline agree offer seek aim propose
expect wish swear volunteer demand ask desire prefer opt decide resolve choose elect aspire
love like hate long yearn hesitate undertake consent claim profess vote pray beg plot scheme
""")

#: Moves another to act: object and "to ...", both content.
URGE = _words("""
urge ask encourage call press implore beg order instruct direct request tell advise warn invite
exhort beseech challenge pressure lobby want expect command persuade counsel remind
authorize authorise permit dare caution expect urge admonish
""")

#: Judges, treats or answers a matter; takes a noun phrase as content.
JUDGE = _words("""
criticize criticise praise condemn denounce blast slam attack mock ridicule decry deplore blame
accuse charge endorse support oppose back defend reject dismiss dispute deny rebut refute counter
challenge question doubt demand request propose recommend suggest announce disclose reveal
describe explain discuss mention cite quote note stress emphasize emphasise underscore highlight
underline outline detail declare proclaim claim allege admit acknowledge concede confirm
repeat reiterate echo tout laud hail applaud commend commemorate celebrate salute welcome
compliment thank congratulate honor extol admire respect love hate despise detest loathe resent
lament bemoan mourn regret bewail protest disparage belittle lambaste lambast chide chastise
scold rebuke reprimand berate castigate excoriate skewer scorn deride vilify demonize insult
taunt tease rip hammer grill assail rap bash trash knock pan savage criticise
advocate champion promote embrace favor favour prefer back urge advise want expect
anticipate predict forecast foresee fear regret judge view consider regard characterize
characterise portray depict label brand dub liken compare term deem call contemplate consider weigh ponder
clarify reference downplay minimize oversell overstate understate exaggerate
invoke recount recall relate narrate chronicle document recite retell
pledge promise vow threaten float pitch unveil articulate voice express convey
communicate utter preach query inquire criticize contest rue
appreciate understand recognize recognise believe trust distrust mistrust suspect
eye envision envisage threaten warn concede decry denigrate malign
link tie equate contrast attribute ascribe credit flag spotlight showcase tease preview debate plug hype peddle
dislike disdain ignore cherish relish abhor idolize worship jeer heckle boo shun snub tolerate
trumpet champion sanction formulate spell decode fault lambast eulogize memorialize ponder
approve veto sponsor insinuate foreshadow telegraph parrot mimic mouth invoke stipulate enumerate
caution condone denounce repudiate disavow renounce retract recant rescind
tweet retweet reject rebuff spurn decline refuse debunk contradict discount rubbish contest refute
""")

#: With a poll or a study as subject these report: "the survey found a tighter race".
SHOW = _words("show find indicate reveal suggest report estimate give put detect document confirm")

#: Verbs whose object is whom a charge is laid against.
ACCUSE = _words("accuse blame charge suspect implicate fault criticize criticise condemn denounce")

#: "maintained his innocence", "pleaded not guilty": these deny a charge.
INNOCENT = _words("maintain protest proclaim profess plead assert declare affirm")

#: Object and a predicate: "called it baseless", "described the report as false".
NAME_AS = _words("""
call describe label brand dub term deem characterize characterise portray depict consider regard
view see find declare judge pronounce dismiss reject decry denounce condemn hail cast frame paint
praise blast slam tout treat ridicule slate
""")

#: Verb and preposition; the prepositional object is the content.
TALK_OF = {
    "call": _words("for on upon"),
    "speak": _words("about of on against for out"),
    "talk": _words("about of up"),
    "complain": _words("about of"),
    "warn": _words("of about against"),
    "apologize": _words("for"),
    "apologise": _words("for"),
    "refer": _words("to"),
    "allude": _words("to"),
    "point": _words("to"),
    "ask": _words("about for"),
    "inquire": _words("about"),
    "wonder": _words("about"),
    "worry": _words("about over"),
    "agree": _words("with to on"),
    "disagree": _words("with about over"),
    "object": _words("to"),
    "respond": _words("to"),
    "reply": _words("to"),
    "react": _words("to"),
    "boast": _words("about of"),
    "brag": _words("about of"),
    "joke": _words("about"),
    "comment": _words("on about"),
    "remark": _words("on"),
    "testify": _words("about to against"),
    "report": _words("on"),
    "write": _words("about of"),
    "tweet": _words("about"),
    "think": _words("of about"),
    "know": _words("about of"),
    "learn": _words("of about"),
    "hear": _words("about of"),
    "dream": _words("of about"),
    "believe": _words("in"),
    "hope": _words("for"),
    "care": _words("about"),
    "fret": _words("about over"),
    "argue": _words("for against about over"),
    "advocate": _words("for"),
    "plead": _words("for"),
    "push": _words("for against"),
    "press": _words("for on"),
    "lobby": _words("for against"),
    "campaign": _words("for against on"),
    "protest": _words("against"),
    "rail": _words("against"),
    "lash": _words("at"),
    "hit": _words("at back"),
    "hint": _words("at"),
    "lie": _words("about"),
    "approve": _words("of"),
    "disapprove": _words("of"),
    "vow": _words("on"),
    "vote": _words("for against"),
    "promise": _words("on"),
    "opine": _words("on about"),
    "preach": _words("about"),
    "laugh": _words("at about off"),
    "shrug": _words("off"),
    "brush": _words("off aside"),
    "wave": _words("off"),
    "elaborate": _words("on"),
    "expand": _words("on"),
    "dwell": _words("on"),
    "focus": _words("on"),
    "touch": _words("on"),
    "insist": _words("on"),
    "muse": _words("about on"),
    "rant": _words("about against"),
    "rave": _words("about"),
    "gush": _words("about over"),
    "gloat": _words("about over"),
    "speculate": _words("about on"),
    "confess": _words("to"),
    "admit": _words("to"),
    "plan": _words("for on"),
    "lean": _words("toward towards"),
    "suspect": _words("of"),
    "scoff": _words("at"),
    "balk": _words("at"),
    "bristle": _words("at"),
    "sneer": _words("at"),
    "marvel": _words("at"),
    "rejoice": _words("in over"),
    "weigh": _words("in"),
    "side": _words("with"),
    "break": _words("with"),
    "sympathize": _words("with"),
    "quarrel": _words("with"),
    "moralize": _words("about"),
    "inform": _words("of about"),
    "tell": _words("of about"),
    "appeal": _words("for"),
    "cry": _words("for"),
    "clamor": _words("for"),
    "commit": _words("to"),
    "opt": _words("for"),
    "vouch": _words("for"),
    "answer": _words("to"),
    "decide": _words("on against"),
    "seethe": _words("at over"),
    "stand": _words("behind"),
    "zero": _words("in"),
    "mention": _words("of"),
    "depend": frozenset(),
    "conceive": _words("of"),
    "accuse": _words("of"),
    "caution": _words("against about"),
    "sing": _words("about of"),
    "rally": _words("against for"),
    "rule": _words("against"),
    "go": _words("after"),
    "seize": _words("on"),
    "spar": _words("over"),
    "double": _words("on"),
    "vent": _words("about at"),
    "agonize": _words("over about"),
    "obsess": _words("over about"),
    "ruminate": _words("on about"),
    "philosophize": _words("about"),
    "gripe": _words("about"),
    "grumble": _words("about"),
    "lecture": _words("about on"),
    "grouse": _words("about"),
    "moan": _words("about"),
    "bet": _words("on"),
    "swear": _words("by off"),
    "despair": _words("of over about"),
    "grieve": _words("for over"),
    "differ": _words("on over with"),
    "clash": _words("over"),
    "bark": _words("at"),
    "fume": _words("at about over"),
}

#: Verb and particle that together judge or wave off what follows.
PHRASAL = frozenset(
    {
        ("shoot", "down"),
        ("knock", "down"),
        ("brush", "aside"),
        ("brush", "off"),
        ("wave", "away"),
        ("wave", "off"),
        ("laugh", "off"),
        ("shrug", "off"),
        ("bat", "away"),
        ("play", "down"),
        ("call", "out"),
        ("rule", "out"),
        ("bring", "up"),
        ("point", "out"),
        ("lay", "out"),
        ("spell", "out"),
        ("set", "out"),
        ("sum", "up"),
        ("talk", "up"),
        ("talk", "down"),
        ("own", "up"),
        ("tear", "into"),
        ("write", "off"),
        ("hold", "out"),
        ("single", "out"),
        ("cast", "aside"),
    }
)

#: Verb, second word -> prepositions: together they answer or judge what follows.
IDIOMS = {
    ("push", "back"): _words("on against at"),
    ("hit", "back"): _words("at against"),
    ("hit", "out"): _words("at against"),
    ("lash", "out"): _words("at against"),
    ("fire", "back"): _words("at"),
    ("take", "issue"): _words("with"),
    ("take", "exception"): _words("to"),
    ("find", "fault"): _words("with"),
    ("pour", "water"): _words("on over"),
    ("throw", "water"): _words("on over"),
    ("cast", "doubt"): _words("on over"),
    ("give", "lie"): _words("to"),
    ("make", "light"): _words("of"),
}

#: Verbs that only carry the noun: "issued a statement", "made the case".
CARRY = _words("""
make issue release give express voice raise have hold take show reiterate repeat offer send
deliver publish write put file lodge level bring cast state convey share announce get face
draw lay find reach come renew publish air register underscore stress
""")

#: "has drawn criticism for": what others say of the subject, who says nothing.
MEET_WITH = _words("draw face get find")
MET_WITH = _words("""
criticism praise opposition support complaint question outrage anger objection skepticism scepticism accusation charge
allegation claim sympathy disagreement demand
""")

#: With these the owner speaks of himself: "her insistence that she knew".
OF_ONESELF = _words("insistence denial assurance promise pledge vow admission confession belief hope testimony")

#: What was said or thought, as a noun; takes "that ...", "to ...", or "of/about ...".
NOUNS = _words("""
claim statement argument assertion allegation accusation charge warning announcement promise
pledge vow threat suggestion admission acknowledgment acknowledgement confession complaint
belief hope fear concern worry view opinion conviction expectation prediction assumption
suspicion doubt impression idea notion conclusion report rumor rumour speculation insistence
contention assurance proposal recommendation call demand request plea denial confirmation
criticism praise support opposition objection skepticism scepticism misgiving reservation outrage
disappointment confidence optimism pessimism commitment refusal reluctance eagerness desire
determination intention decision recognition reminder remark comment tweet message question
theory case point emphasis rhetoric explanation estimate forecast projection revelation
disclosure testimony declaration boast advice explanation prediction sentiment agreement
willingness unwillingness failure plan anger dismay frustration regret sympathy gratitude
condolence apology disagreement alarm anxiety interest faith
""")

#: Nouns that are content only with a clause, "that ..." or "to ...".
CLAUSE_ONLY = _words("""
idea notion view conclusion report case point question decision plan failure recognition
reminder theory message call interest support opposition demand request statement comment
remark charge threat determination desire intention speculation agreement tweet estimate anger
""")

#: "is confident that", "was critical of".
ADJECTIVES = {
    "confident": _words("that of about in"),
    "certain": _words("that of about"),
    "sure": _words("that of about"),
    "afraid": _words("that of to"),
    "worried": _words("that about over by"),
    "concerned": _words("that about over"),
    "aware": _words("that of"),
    "convinced": _words("that of"),
    "hopeful": _words("that about"),
    "optimistic": _words("that about"),
    "pessimistic": _words("that about"),
    "skeptical": _words("that of about"),
    "sceptical": _words("that of about"),
    "critical": _words("of"),
    "supportive": _words("of"),
    "proud": _words("that of to"),
    "glad": _words("that to about"),
    "happy": _words("that to about with"),
    "sorry": _words("that for about to"),
    "angry": _words("that about at over"),
    "upset": _words("that about at over"),
    "surprised": _words("that by at to"),
    "shocked": _words("that by at to"),
    "disappointed": _words("that by in with"),
    "pleased": _words("that by with to"),
    "determined": _words("to that"),
    "eager": _words("to"),
    "willing": _words("to"),
    "unwilling": _words("to"),
    "reluctant": _words("to"),
    "ready": _words("to"),
    "keen": _words("to on"),
    "clear": _words("that about on whether"),
    "unclear": _words("whether how what if who why when"),
    "adamant": _words("that about"),
    "dismissive": _words("of"),
    "wary": _words("of about"),
    "doubtful": _words("that about"),
    "grateful": _words("that for to"),
    "thankful": _words("that for"),
    "opposed": _words("to"),
    "open": _words("to"),
    "frustrated": _words("that by with at"),
    "alarmed": _words("that by at"),
    "dubious": _words("that of about"),
    "passionate": _words("about"),
    "vague": _words("about on"),
    "nervous": _words("that about"),
    "unsure": _words("whether how if about of"),
    "uncertain": _words("whether how if about"),
    "bullish": _words("on about"),
    "bearish": _words("on about"),
    "incensed": _words("that by at over"),
    "outraged": _words("that by at over"),
    "insistent": _words("that on"),
    "fearful": _words("that of"),
    "mindful": _words("that of"),
    "interested": _words("in"),
    "fond": _words("of"),
    "intent": _words("on"),
}

#: Verbs that only lead up to the cue: "appeared to suggest", "went on to say".
LEAD_UP = _words("""
appear seem go continue begin start try attempt decline refuse proceed use need have come tend
fail rush move get happen manage dare bother keep stop cease help want like love
""")

#: Documents and other things that can speak.
SPEAKING_THINGS = _words("""
report poll survey study statement document letter memo email tweet post article story video analysis
book filing lawsuit complaint indictment affidavit paper data figure record transcript website site page
ad advertisement editorial column law bill constitution text message release headline banner sign audit
inquiry ruling verdict memoir survey census average tally finding ballot analysis memo dossier footage
readout
""")

#: Passives that leave open who thinks or says so.
UNSAID = _words("""
expect accuse criticize consider report believe think say allege describe call know blame mention rumor view see
regard praise suspect predict estimate fear condemn mock hail tout label brand dub deem perceive presume assume
""")

#: What somebody may be charged with having said or done, taken up with "a ... he denies".
CHARGES = _words("""
charge charges claim claims allegation allegations accusation accusations assertion assertions
suggestion report reports something contention notion characterization idea criticism view argument
figure account version theory rumor rumour
""")

#: Where things are said; they say nothing themselves.
OCCASIONS = _words("""
conference speech interview rally event meeting debate hearing ceremony appearance briefing dinner lunch
program show session visit trip tour campaign day night week morning evening year career stop crowd podium
""")

#: Documents that pass on what somebody else said: "according to a statement".
RELAYS = _words("""
statement readout transcript release account summary minutes recording communique communiqué notes
""")

#: Who prints or sends what others say.
MEDIA = _words("""
newspaper paper broadcaster station agency newswire tabloid magazine daily weekly website site outlet network
newscast programme podcast channel email emails report memo memorandum document draft
""")
#: Words of such names: "the Port Lisse Courier", "Radio Oreland", "Channel Nine".
MEDIA_NAMES = _words("""
post times herald courier tribune gazette journal press bulletin examiner record advertiser guardian telegraph
observer chronicle mail mirror sun star independent standard globe inquirer sentinel dispatch echo argus news
newspaper newswire wire agency radio television tv channel broadcasting magazine weekly daily review today
ap afp reuters bbc cnn nbc cbs abc npr pbs
""")

#: Finite clauses with "that" under these verbs are facts of the world, not attributions.
NOT_CUES = _words("""
be make mean ensure let help cause allow happen seem appear turn come take go get have do see
require prove be become pay keep bring look
""")


def _inflected(verb: str) -> set[str]:
    """List the regular forms of a verb, good enough to recognize one in a headline."""
    stem = verb.removesuffix("e")
    third = verb + "es" if verb.endswith(("s", "sh", "ch", "x")) else verb + "s"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return {verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"}
    return {verb, third, stem + "ed", stem + "ing"}


#: Printed forms of the verbs of saying.
SAY_FORMS = frozenset(form for verb in SAY for form in _inflected(verb)) | _words("said told wrote writes saying")

#: Words that a headline in title case may print with a capital without their being names.
HEADLINE_SMALL = _words("""
to for of on in at as if is are was were be by with from that than and or but not no his her its
their he she it they who what how why when where will would could should may can has have had after
before over under about against amid into up out off down new says said told more most
""")
HEADLINE_SMALL |= frozenset(form for verb in SAY | THINK | INTEND | URGE | JUDGE | NAME_AS for form in _inflected(verb))
HEADLINE_SMALL -= _words("mark page read post times")
