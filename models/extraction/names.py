"""Inside, pure: common given names, as data: they tell persons from places, and he from she."""

MALE = frozenset(
    """aaron abdul abdullah abraham adam adrian ahmad ahmed alan albert alberto alejandro aleksandr alex alexander
    alexei alfred ali allan allen amir anders andre andrea andreas andrei andrew andy angelo anthony antonio
    antony arnold arthur asif ban barack barry ben benjamin benoit bernard bernie bill billy bob boris brad bradley
    brandon brendan brett brian bruce bruno bryan carl carlos carter cesar chad charles charlie chris christian
    christopher chuck claude clay colin conor craig curtis cyrus dale damian dan daniel danny darren dave david
    dean dennis derek desmond dick diego dieter dirk dmitri dmitry don donald doug douglas drew dylan earl ed eddie
    edgar eduardo edward edwin elijah elliot emil emmanuel enrique eric erik ernest ethan eugene evan felipe felix
    fernando francis francisco franco frank franz fred frederick friedrich gabriel gareth gary gavin gene geoffrey
    george gerald gerard gerhard giovanni giuseppe glenn gordon graham greg gregory guillermo gustavo guy hamid
    hans harold harrison harry hassan heinrich henri henrik henry herbert herman hiroshi howard hugh hugo hussein
    ian ibrahim igor ilya ivan jack jacob jacques jake jaime james jamie jan jared jason javier jay jean jeff
    jeffrey jens jeremy jerome jerry jesse jesus jim jimmy joachim joao joe joel johan johannes john johnny jon
    jonas jonathan jordan jorge jose joseph josh joshua juan julian julio justin karl karim keith ken kenneth
    kevin khaled klaus konstantin kofi kurt kyle lars larry lee leo leon leonard leonid lester liam lloyd lorenzo
    louis luca lucas luis luke magnus mahmoud manuel marc marco marcus mario mark markus martin marvin mathew
    matt matteo matthew maurice max michael michel miguel mike mikhail milan mitch mitt mohamed mohammad mohammed
    moritz morris muhammad mustafa nathan neil nelson newt nicholas nick nicolas nigel nikolai noah norman oleg
    oliver olivier omar oscar otto owen pablo pat patrick paul paulo pavel pedro pete peter phil philip philippe
    pierre piet rafael ralph ramon randy raul ray raymond recep rex ricardo richard rick rob robert roberto robin
    rodney rodrigo roger roland ron ronald ross roy rudy rupert russell ryan sam samuel saul scott sean sebastian
    sergei sergey sergio seth shane shawn shinzo sidney simon stanley stefan stephen steve steven stuart sven tariq
    ted terence terry theodore thomas tim timothy toby todd tom tomas tommy tony travis trevor trey tyler ulrich
    umberto vernon victor viktor vince vincent vitaly vladimir volodymyr wade walter warren wayne wesley wilhelm
    william willy wolfgang xavier yasser yuri yusuf zachary""".split()
)

FEMALE = frozenset(
    """abigail adriana agnes aisha alexandra alexis alice alicia alison amanda amber amelia amina amy ana anastasia
    andrea angela angelina anita ann anna annabelle anne annette annie april ariana astrid audrey ava barbara
    beatrice becky bella bernadette beth betty beverly birgit bonnie brenda bridget brigitte brittany camilla
    carla carmen carol carolina caroline carolyn catherine cathy cecilia celia charlotte chelsea cheryl chloe
    christina christine cindy claire clara claudia colleen condoleezza connie consuelo cynthia daisy dana danielle
    dawn deborah debbie delia denise diana diane dolores donna dora doris dorothy edith eileen elaine elena
    eleanor elisabeth elise eliza elizabeth ella ellen elsa emily emma erica erika esther eva evelyn fatima
    felicia fiona florence frances francesca gabriela gail gina gloria grace greta gretchen hannah hanna heather
    heidi helen helena hilary hilda hillary huma ida ilse ines ingrid irene irina iris isabel isabella ivana ivanka
    jackie jacqueline jane janet janice jasmine jean jen jenna jennifer jenny jessica jill joan joanna jocelyn
    josephine joy joyce juanita judith judy julia juliana julie june kaitlan karen karin karla kate katherine
    kathleen kathryn kathy katie katrina kayla kelly kerry kim kimberly kirsten kristen kristin kristina lara
    laura lauren leah lena leslie leticia lillian linda lisa liz lois lori lorraine louise lucia lucy lydia lynn
    madeleine maggie maha malala marcia margaret margarita maria marian mariana marie marilyn marina marion
    marisa marjorie marlene marta martha mary maureen megan meghan melania melanie melissa mercedes meredith mia
    michelle mildred miriam molly monica nadia nancy naomi natalia natalie natasha nicole nina nora norma olga
    olivia pamela patricia patty paula pauline penny petra phyllis priscilla rachel rebecca regina renee rita
    roberta rosa rose rosemary roxanne ruth sabrina sally samantha sandra sara sarah selena shannon sharon sheila
    sherry shirley silvia simone sofia sonia sophia sophie stacey stella stephanie sue susan suzanne svetlana
    sylvia tamara tammy tanya tara teresa theresa tiffany tina tracy ursula valerie vanessa vera veronica victoria
    viola virginia vivian wanda wendy whitney yasmin yolanda yulia yvonne zoe""".split()
)
