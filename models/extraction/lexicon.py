"""Inside, pure: the vocabulary of attribution, as data.

Classes of English verbs, nouns and adjectives that introduce what somebody
said, thinks or means to do, by the frame they do it in. General vocabulary:
the classes follow Levin 1993 (37 "communication", 29 "predicative complements",
31-33 "judgment"); which members earn their place was measured on news.
"""


def words(text: str) -> frozenset[str]:
    """Make a set of the words of a text."""
    return frozenset(text.split())


#: Speech and writing; take a clause ("that ...", bare, a question) or a quotation.
SAY = words("""
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
PLAIN = words("""
say tell add note claim insist argue announce report write warn confirm acknowledge admit concede
maintain contend suggest explain state declare assert allege recall stress emphasize reply respond
""")

#: Verbs of saying that take a matter rather than a statement.
OF_MATTERS = words("""
discuss debate question charge demand request ask quote cite detail summarize reflect document sing chant phone
dictate post email read relate decide determine resolve rule
""")

#: Verbs whose object is who is spoken to, and no part of what is said.
ADDRESS = words("""
tell inform remind assure warn convince persuade notify advise show ask promise reassure teach caution
""")

#: Verbs of saying that, joined to a clause by "and" or "but", go on with the same speaker.
ECHOES = PLAIN | words("""
call describe dismiss deny reject accuse urge criticize praise blame demand promise vow pledge condemn
denounce question dispute thank ask express
""")

#: Thought, feeling and perception; take a clause.
THINK = words("""
believe think feel know hope expect fear worry assume suspect suppose presume guess imagine
understand realize realise recognize recognise consider anticipate doubt wish dream trust
remember forget learn hear reckon sense calculate envision envisage
appreciate accept regret dread deem judge fancy conceive contemplate ponder
want prefer believe fathom rejoice perceive
""")

#: Purpose, consent, refusal; take "to ..." with the speaker as its subject.
INTEND = words("""
want hope plan intend vow pledge promise threaten refuse decline agree offer seek aim propose
expect wish swear volunteer demand ask desire prefer opt decide resolve choose elect aspire
love like hate long yearn hesitate undertake consent claim profess vote pray beg plot scheme
""")

#: Moves another to act: object and "to ...", both content.
URGE = words("""
urge ask encourage call press implore beg order instruct direct request tell advise warn invite
exhort beseech challenge pressure lobby want expect command persuade counsel remind
authorize authorise permit dare caution expect urge admonish
""")

#: Judges, treats or answers a matter; takes a noun phrase as content.
JUDGE = words("""
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
SHOW = words("show find indicate reveal suggest report estimate give put detect document confirm")

#: Verbs whose object is whom a charge is laid against.
ACCUSE = words("accuse blame charge suspect implicate fault criticize criticise condemn denounce")

#: "maintained his innocence", "pleaded not guilty": these deny a charge.
INNOCENT = words("maintain protest proclaim profess plead assert declare affirm")

#: Object and a predicate: "called it baseless", "described the report as false".
NAME_AS = words("""
call describe label brand dub term deem characterize characterise portray depict consider regard
view see find declare judge pronounce dismiss reject decry denounce condemn hail cast frame paint
praise blast slam tout treat ridicule slate
""")


#: Verbs that only carry the noun: "issued a statement", "made the case".
CARRY = words("""
make issue release give express voice raise have hold take show reiterate repeat offer send
deliver publish write put file lodge level bring cast state convey share announce get face
draw lay find reach come renew publish air register underscore stress
""")

#: "has drawn criticism for": what others say of the subject, who says nothing.
MEET_WITH = words("draw face get find")
MET_WITH = words("""
criticism praise opposition support complaint question outrage anger objection skepticism scepticism accusation charge
allegation claim sympathy disagreement demand
""")

#: With these the owner speaks of himself: "her insistence that she knew".
OF_ONESELF = words("insistence denial assurance promise pledge vow admission confession belief hope testimony")

#: What was said or thought, as a noun; takes "that ...", "to ...", or "of/about ...".
NOUNS = words("""
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
CLAUSE_ONLY = words("""
idea notion view conclusion report case point question decision plan failure recognition
reminder theory message call interest support opposition demand request statement comment
remark charge threat determination desire intention speculation agreement tweet estimate anger
""")

#: "is confident that", "was critical of".
ADJECTIVES = {
    "confident": words("that of about in"),
    "certain": words("that of about"),
    "sure": words("that of about"),
    "afraid": words("that of to"),
    "worried": words("that about over by"),
    "concerned": words("that about over"),
    "aware": words("that of"),
    "convinced": words("that of"),
    "hopeful": words("that about"),
    "optimistic": words("that about"),
    "pessimistic": words("that about"),
    "skeptical": words("that of about"),
    "sceptical": words("that of about"),
    "critical": words("of"),
    "supportive": words("of"),
    "proud": words("that of to"),
    "glad": words("that to about"),
    "happy": words("that to about with"),
    "sorry": words("that for about to"),
    "angry": words("that about at over"),
    "upset": words("that about at over"),
    "surprised": words("that by at to"),
    "shocked": words("that by at to"),
    "disappointed": words("that by in with"),
    "pleased": words("that by with to"),
    "determined": words("to that"),
    "eager": words("to"),
    "willing": words("to"),
    "unwilling": words("to"),
    "reluctant": words("to"),
    "ready": words("to"),
    "keen": words("to on"),
    "clear": words("that about on whether"),
    "unclear": words("whether how what if who why when"),
    "adamant": words("that about"),
    "dismissive": words("of"),
    "wary": words("of about"),
    "doubtful": words("that about"),
    "grateful": words("that for to"),
    "thankful": words("that for"),
    "opposed": words("to"),
    "open": words("to"),
    "frustrated": words("that by with at"),
    "alarmed": words("that by at"),
    "dubious": words("that of about"),
    "passionate": words("about"),
    "vague": words("about on"),
    "nervous": words("that about"),
    "unsure": words("whether how if about of"),
    "uncertain": words("whether how if about"),
    "bullish": words("on about"),
    "bearish": words("on about"),
    "incensed": words("that by at over"),
    "outraged": words("that by at over"),
    "insistent": words("that on"),
    "fearful": words("that of"),
    "mindful": words("that of"),
    "interested": words("in"),
    "fond": words("of"),
    "intent": words("on"),
}

#: Verbs that only lead up to the cue: "appeared to suggest", "went on to say".
LEAD_UP = words("""
appear seem go continue begin start try attempt decline refuse proceed use need have come tend
fail rush move get happen manage dare bother keep stop cease help want like love
""")

#: Documents and other things that can speak.
SPEAKING_THINGS = words("""
report poll survey study statement document letter memo email tweet post article story video analysis
book filing lawsuit complaint indictment affidavit paper data figure record transcript website site page
ad advertisement editorial column law bill constitution text message release headline banner sign audit
inquiry ruling verdict memoir survey census average tally finding ballot analysis memo dossier footage
readout replay correspondence receipt diary
""")

#: Passives that leave open who thinks or says so.
UNSAID = words("""
expect accuse criticize consider report believe think say allege describe call know blame mention rumor view see
regard praise suspect predict estimate fear condemn mock hail tout label brand dub deem perceive presume assume
""")

#: What somebody may be charged with having said or done, taken up with "a ... he denies".
CHARGES = words("""
charge charges claim claims allegation allegations accusation accusations assertion assertions
suggestion report reports something contention notion characterization idea criticism view argument
figure account version theory rumor rumour estimate finding findings conclusion explanation description
""")

#: Where things are said; they say nothing themselves.
OCCASIONS = words("""
conference speech interview rally event meeting debate hearing ceremony appearance briefing dinner lunch
program show session visit trip tour campaign day night week morning evening year career stop crowd podium
""")

#: Documents that pass on what somebody else said: "according to a statement".
RELAYS = words("""
statement readout transcript release account summary minutes recording communique communiqué notes
""")

#: Verbs by which somebody tells from whom he has a thing: "had heard from a colleague that".
LEARNS = words("hear learn gather")

#: Who prints or sends what others say.
MEDIA = words("""
newspaper paper broadcaster station agency newswire tabloid magazine daily weekly website site outlet network
newscast broadcast programme podcast channel television radio media email emails report memo memorandum document draft
""")
#: Words of such names: "the Port Lisse Courier", "Radio Oreland", "Channel Nine".
MEDIA_NAMES = words("""
post times ledger herald courier tribune gazette journal press bulletin examiner record advertiser guardian telegraph
observer chronicle mail mirror sun star independent standard globe inquirer sentinel dispatch echo argus news
newspaper newswire wire agency radio fm television tv channel broadcasting magazine weekly daily review today
ap afp reuters bbc cnn nbc cbs abc npr pbs
""")

#: Finite clauses with "that" under these verbs are facts of the world, not attributions.
NOT_CUES = words("""
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
SAY_FORMS = frozenset(form for verb in SAY for form in _inflected(verb)) | words("said told wrote writes saying")

#: Words that a headline in title case may print with a capital without their being names.
HEADLINE_SMALL = words("""
to for of on in at as if is are was were be by with from that than and or but not no his her its
their he she it they who what how why when where will would could should may can has have had after
before over under about against amid into up out off down new says said told more most
""")
HEADLINE_SMALL |= frozenset(form for verb in SAY | THINK | INTEND | URGE | JUDGE | NAME_AS for form in _inflected(verb))
HEADLINE_SMALL -= words("mark page read post times")
