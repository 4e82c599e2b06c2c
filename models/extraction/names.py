"""Inside, pure: common given names, as data: they tell persons from places, and he from she."""

MALE = frozenset(
    """aaron abdul abdullah abel abner abraham adam adnan adrian agustin ahmad ahmed aidan ajay akira alan
    alasdair alastair albert alberto alejandro aleksander aleksandr alex alexander alexei alfie alfonso alfred
    ali allan allen alonso alvaro alvin amir amos anatoly anders andre andrea andreas andrei andres andrew andy
    angelo angus anil anselm anthony antoine anton antonio antony arjun armando arne arno arnold artem arthur
    arturo arvind asger ashok asif augusto axel aziz ban barack barry bartosz bashir basil bastian ben benjamin
    benoit bernard bernie bertrand bilal bill billy bjorn boaz bob bogdan boris boyd brad bradley brandon
    brendan brent brett brian bruce bruno bryan bryce byron callum carl carlos carter caspar casper cecil cedric
    cesar cesare chad charles charlie chidi chinedu chris christian christopher chuck chuka ciaran cillian
    claude clay cliff clifford clive colin conor cormac cosmo craig cristiano curtis cuthbert cyrus dag dale
    damian damien dan daniel danny darius darrell darren darryl daryl dave david dean declan deepak demetrius
    dennis denzel derek dermot desmond dexter dick diego dieter dilip dirk dmitri dmitry dominic dominik don
    donal donald donnie doug douglas dragan drew duncan dusan dwight dylan eamon eamonn earl ed eddie edgar
    edmund edoardo eduardo edward edwin eero efraim einar eli elias elijah elliot elton elvis emeka emil emile
    emilio emmanuel emre enda enrique enzo ephraim eric erik ernest ernesto errol erwin esteban ethan eugene
    evan ewan ezra fabian fabio faisal farid farouk federico feliks felipe felix femi ferdinand fergus fernando
    fidel finbarr finlay finn fintan flavio folke francis francisco franco francois frank franz fraser fred
    freddie freddy frederic frederick friedrich fritz gabriel gareth gary gaston gavin gene geoff geoffrey georg
    george gerald gerard gerhard gerry gideon gil gilbert giles gino giorgio giovanni giuseppe glen glenn goran
    gordon graham greg gregor gregory guido guillermo gunnar gunther gustavo guy haakan haakon hakan hal halvard
    hamid hamish hank hans harald hari harold harrison harry harvey hassan hector heinrich hendrik henk henri
    henrik henry herbert herman hernan herve hilmar hiroshi hjalmar horace howard howie hubert hugh hugo
    humphrey hussein iain ian ibrahim idris ignacio igor iker ilya imran ingmar ingvar ioan irving isaac isak
    ismail istvan itamar ivan ivo ivor jack jacob jacques jago jaime jake jakob jakub jamal james jamie jan
    janos jared jaroslav jason jasper javier jay jean jeff jeffrey jens jeremy jerome jerry jerzy jesse jesus
    jim jimmy jiri joachim joakim joao joaquin jock joe joel johan johannes john johnny jon jonas jonathan
    jordan jorg jorge jorgen joris jose josef joseph josh joshua josip jozef juan juergen julian julio jurgen
    justin kamal karim karl karol karsten kaspar kasper kazuo keir keiran keith kelvin ken kenji kenneth kenny
    kerem kevin khaled kieran kiran kjell klaus kofi konstantin kristian kristoffer kurt kwame kwesi kyle
    lachlan larry lars laszlo laurence laurent leander lee leif leo leon leonard leonid leroy lester levi liam
    linus lionel ljubo lloyd lorcan lorenzo lothar louis luca lucas lucien ludvig ludwig luigi luis luka lukas
    luke luther maarten maciej mads magne magnus mahmoud mal malcolm manfred manoj manuel marc marcel marco
    marcus marek mario marius mariusz mark marko markus martin marvin mateo mateusz mathew mathias mathieu mats
    matt matteo matthew mattias maurice mauricio mauro max maximilian mehdi mehmet melvin mervyn michael michel
    mick mickey miguel mihai mikael mike mikhail mikkel miklos milan milo milos miroslav mitch mitchell mitt
    mladen mohamed mohammad mohammed moritz morris moshe muhammad murat mustafa mwangi nathan naveen ned neil
    nelson nestor newt niall nicholas nick nicolae nicolas nigel nikhil nikola nikolai nikos nils noah norman
    nuno octavio olaf olav oleg oliver olivier olof omar omari orlando orson oscar oskar osman osvaldo oswald
    otto ove owen pablo padraig palle panos pascal patricio patrick patrik paul paulo pavel pawel pedro percy
    perry petar pete peter petr petros petter phil philip philippe pierre piers piet pieter pim piotr quentin
    rachid radek radoslav rafael rafal raghu rahul raimund rainer raj rajesh rajiv ralf ralph rami ramon randy
    ranjit raphael rashid rasmus raul ravi ray raymond recep reg reggie reginald reinhard remi rene rex reza
    rhys ricardo riccardo richard richie rick rico rikard rishi roald rob robbie robert roberto robin rocco
    roddy roderick rodney rodolfo rodrigo roger rohan roland rolando rolf roman romano ron ronald rory ross roy
    ruairi ruben rudolf rudolph rudy rufus rui rupert ruslan russell rustam ryan saeed salim salman salvatore
    sam sami samir samson samuel sander sandor sanjay santiago santino saul scott seamus sean sebastian
    sebastien selim semyon serge sergei sergey sergio seth seymour shane shaun shawn sheldon shinzo sid sidney
    sigmund sigurd silas silvio simeon simon solomon soren stan stanislav stanley stefan stellan stephan
    stephane stephen steve steven stewart stig stuart sunil suresh svein sven svend syed sylvester tadeusz
    takashi tarek tariq taro ted teddy terence terje terry thabo theo theodore thierry thomas thor thorsten
    tiago tibor tim timo timothy titus tobias toby todd tom tomas tomasz tommy tony torben tore torsten toshiro
    travis trevor trey tristan tunde tyler uday ulf ulrich umar umberto uwe vaclav valentin valery vasily
    vaughan vernon victor vijay vikram viktor vilhelm vinay vince vincent vinnie virgil vitaly vitor vittorio
    vivek vlad vladimir volker volodymyr wade walter warren wasim wayne wendell werner wesley wiktor wilbur wilf
    wilfred wilhelm willem william willy winston wojciech wolfgang wouter xavier yannick yannis yasin yasser
    yosef yoshi youssef yuri yusuf yves zac zach zachary zack zane zbigniew zeke zoltan zoran""".split()
)

FEMALE = frozenset(
    """abigail ada adaeze adela adelaide adele adeline adriana agatha agnes agnese agnieszka aida aileen aine
    aino aisha alana alba alessandra alessia alexa alexandra alexis alice alicia alison alma althea alva amaka
    amal amanda amara amber amelia amelie amina amira amy ana anais anastasia anastasiya andrea andrine angela
    angelica angelina angie anika anita anja ann anna annabelle anne anneke anneli annelise annette annie annika
    anouk antonia anya aoife apolline april araceli aranka ariadne ariana ariane arlene asa asma asta astrid
    audrey aurelia aurelie ava aya ayesha aylin barbara bea beata beatrice beatrix becky bella bernadette
    bernice berta bertha bess bessie beth betty beverly bianca birgit birgitta blanche bodil bonnie bozena breda
    brenda bridget brigid brigitte brita britt britta brittany bronagh bronwen caitlin camila camilla candace
    candice cara carina carla carlotta carmen carol carole carolina caroline carolyn carrie cassandra caterina
    catherine cathleen cathy catriona cecilia celeste celia celine cerys chantal charlene charlotte charmaine
    chelsea cheryl chiamaka chiara chika chloe christa christel christiane christina christine ciara cindy
    claire clara clarissa claudette claudia clementine clodagh colette colleen condoleezza connie constance
    consuelo cordelia corinne cornelia cosima cressida cynthia dagmar dagny dahlia daisy dalia dana daniela
    danielle daphne daria dawn debbie deborah deepa deidre deirdre delia delilah delphine denise dervla desiree
    diana diane diya dolly dolores donna dora dorcas doreen doris dorota dorothea dorothy dorte ebba edel edie
    edith edna eileen eilidh eimear eirlys elaina elaine eleanor elena elif elin elina elisabeth elise eliza
    elizabeth elke ella ellen ellie elodie eloise elsa elspeth elvira emer emilia emily emma emmeline ena enid
    erica erika erin ernestine esme esmeralda estelle ester esther ethel etta eugenia eugenie eunice eva eve
    evelyn ewa fabienne faiza farah farida fatima fatou faye felicia felicie felicity fenella filippa fiona
    flora florence fran frances francesca franziska freda frederica freya frida friederike gabriela gabriella
    gabrielle gail gemma genevieve georgina geraldine gerda germaine gertrude gillian gina ginny giovanna gisela
    giulia gladys glenda glenys gloria grace greta gretchen gudrun guinevere gunilla gunvor gwen gwendolyn
    gwyneth hajar hana hanna hannah hanne harriet harriett hattie hazel heather hedda hedwig heidi heike helen
    helena helene helga helle henrietta henrike hermione hester hettie hetty hilary hilda hillary hortense hulda
    huma ianthe ida ignes ilse iman imani imelda imogen indira ines inez inge ingeborg inger ingrid ioana iona
    irene irina iris isabel isabella isabelle isadora iseult isla isobel ivana ivanka ivanna ivy iwona izabela
    jacinta jackie jaclyn jacqueline jada jadwiga jana jane janelle janet janice janine jasmin jasmine jean
    jeanette jeannie jemima jen jenna jennie jennifer jenny jessica jette jill joan joana joann joanna joanne
    jocelyn johanna jolanta josefina josephine josie jovana joy joyce juana juanita judi judith judy julia
    juliana julie juliet juliette june justine jytte kaia kaitlan kaitlin kaja kalina kamala karen kari karin
    karina karla karolina kassandra kat katarina kate katharina kathe katherine kathleen kathrine kathryn kathy
    katia katie katja katrina katya kayla keira kelly kerry kerstin keziah kiara kiki kim kimberly kinga kirsten
    kirsty kjersti klara kristen kristin kristina kristine ksenia laetitia laila lana lara larissa latoya laura
    lauren lavinia layla lea leah leanne leila lena leona leonie leonora leslie leticia letitia lettice lexi
    lidia liesbeth liesel lila lilian liliana lilith lillian lily lina linda linnea lisa lisbet lisbeth lise liv
    livia liz lois lola lorena loretta lori lorna lorraine lotte lottie louisa louise lourdes luana lucia lucie
    lucile lucille lucinda lucy ludmila luisa lulu luz lydia lynn lyudmila mabel maddie madeleine madison maelle
    maeve magali magda magdalena maggie maha maia maija maisie maja malala malgorzata malin mandy manon manuela
    mara marcia margaret margarita margit margot margrethe margrit marguerite maria mariam marian mariana marie
    mariella marijke marika marilou marilyn marina marion marisa marisol marit marjorie marlene marlies marta
    martha marthe martina mary maryam matilda matilde maud maude maureen mavis maxine meera meg megan meghan mei
    meike melania melanie melinda melissa mercedes meredith merete merle meryl mette mia michaela michal
    michelle mila mildred milena milla millicent millie mina mindy minna minnie mira miranda mirela miriam
    mirjam moira molly mona monica monique morag morwenna muireann muriel myra myrna myrtle nadezhda nadia
    nadine naima nana nancy nanette naoko naomi nastya natalia natalie natalya natasha nathalie neha nell nelly
    nerys nia niamh nicola nicole nicolette nieves niki nina nives noelle noemi noemie noor nora norah noreen
    norma nuala nuria nyasha odette odile olena olga olive olivia olympia oona ophelia orla orlaith ornella
    ottilie paige pam pamela paola parvati patricia patsy patty paula pauline peggy penelope penny perpetua
    petra petronella philippa philomena phoebe phyllis pia pilar pippa polly portia priscilla priya rachael
    rachel rachida radha rae ragnhild raisa ramona rana rania raquel reba rebecca regina renata renee rhea
    rhiannon rhoda rhona rianne ricarda rikke rita ritva roberta roisin romy rona ronja rosa rosalia rosalie
    rosalind rosamund rosanna rose roseanne rosemary roshni rosie rowena roxana roxanne ruby rukhsana runa ruth
    saanvi sabine sabrina sadie saga saira sally salma salome samantha samia sandra sandrine sanna saoirse sara
    sarah saskia seema selena selma senna serena shannon sharon shauna sheena sheila shelagh shelley sherry
    shira shirley shivani shona shreya sian sibylle sidonie signe sigrid sigrun silja silke silvia simona simone
    sinazo sinead siobhan siri sissel siv sofia solange solveig sonia sophia sophie soraya stacey stacy stefania
    steffi stella stephanie stine sue sunita sunniva susan susana susanna susannah sushila suzanna suzanne suzy
    svetlana swati sybil sylvia sylvie synnove sølvi tabitha talia tamar tamara tamika tammy tamsin tania tanja
    tanya tara tatiana tatyana teresa tess tessa thea thelma theresa therese tiffany tilda tilly tina tine
    tiphaine tonia tove tracy trine trisha trudy tuva tyra ulrike uma una ursula urszula ute valentina valeria
    valerie vanessa vanja velma venetia vera veronica veronika veronique vesna vibeke vicky victoria vida vigdis
    vilma viola virginia viveca vivian vivienne wanda wangari wenche wendy whitney wiebke wiktoria wilhelmina
    willa wilma winifred winnie xenia ximena yael yara yasmin yasmina yetunde ylva yoko yolanda yuki yulia
    yuliya yvette yvonne zahra zainab zara zelda zeynep zoe zofia zora zsofia zuzana""".split()
)
