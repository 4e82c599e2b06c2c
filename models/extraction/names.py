"""Inside, pure: common given names, as data: they tell persons from places, and he from she."""

MALE = frozenset(
    """aaron abdul abdullah abraham adam adrian ahmad ahmed alan alasdair albert alberto alejandro aleksandr alex
    alexander alexei alfred ali allan allen amir anders andre andrea andreas andrei andrew andy angelo anselm
    anthony antonio antony arnold arthur asif ban barack barry basil ben benjamin benoit bernard bernie bertrand
    bill billy bob boris boyd brad bradley brandon brendan brett brian bruce bruno bryan carl carlos carter cesar
    chad charles charlie chris christian christopher chuck claude clay clive colin conor craig curtis cyrus dale
    damian dan daniel danny darren dave david dean dennis derek desmond dexter dick diego dieter dirk dmitri dmitry
    don donald doug douglas drew duncan dwight dylan earl ed eddie edgar edmund eduardo edward edwin eero elijah
    elliot emil emile emmanuel enrique eric erik ernest erwin ethan eugene evan felipe felix fergus fernando francis
    francisco franco frank franz fred frederick friedrich gabriel gareth gary gavin gene geoffrey george gerald
    gerard gerhard giles giovanni giuseppe glenn gordon graham greg gregory guillermo gustavo guy hamid hamish hank
    hans harold harrison harry hassan heinrich henk henri henrik henry herbert herman hiroshi howard hugh hugo
    hussein iain ian ibrahim igor iker ilya ivan ivo jack jacob jacques jaime jake james jamie jan jared jason
    javier jay jean jeff jeffrey jens jeremy jerome jerry jesse jesus jim jimmy joachim joao joe joel johan johannes
    john johnny jon jonas jonathan jordan jorge joris jose joseph josh joshua juan julian julio justin karim karl
    keith ken kenneth kevin khaled kieran kjell klaus kofi konstantin kurt kyle lachlan larry lars lee leo leon
    leonard leonid lester liam lloyd lorenzo louis luca lucas lucien luis lukas luke magnus mahmoud malcolm manuel
    marc marcel marco marcus mario mark markus martin marvin mathew mats matt matteo matthew maurice max michael
    michel miguel mike mikhail milan mitch mitt mohamed mohammad mohammed moritz morris muhammad mustafa nathan neil
    nelson newt nicholas nick nicolas nigel nikolai nils noah norman oleg oliver olivier omar oscar oskar otto owen
    pablo patrick paul paulo pavel pedro pete peter phil philip philippe pierre piers piet pieter rafael ralph ramon
    randy raul ray raymond recep rene rex ricardo richard rick rob robert roberto robin roderick rodney rodrigo
    roger roland rolf ron ronald ross roy ruben rudy rufus rupert russell ryan sam samuel saul scott seamus sean
    sebastian sergei sergey sergio seth shane shawn shinzo sidney silas simon stanley stefan stephen steve steven
    stig stuart sven tariq ted terence terry theodore thomas tim timothy tobias toby todd tom tomas tommy tony
    travis trevor trey tyler ulrich umberto vernon victor viktor vince vincent vitaly vladimir volodymyr wade walter
    warren wayne wendell wesley wilfred wilhelm william willy wolfgang wouter xavier yasser yuri yusuf
    zachary""".split()
)

FEMALE = frozenset(
    """abigail adriana agatha agnes aileen aisha alexandra alexis alice alicia alison amanda amber amelia amina amy
    ana anastasia andrea angela angelina anita ann anna annabelle anne anneke annette annie april ariana astrid
    audrey ava barbara beatrice beatrix becky bella bernadette beth betty beverly birgit bonnie brenda bridget
    brigid brigitte brittany camilla carla carmen carol carolina caroline carolyn catherine cathy cecilia celia
    charlotte chelsea cheryl chloe christina christine cindy claire clara claudia colleen condoleezza connie
    consuelo cordelia cynthia daisy dana danielle dawn debbie deborah delia denise diana diane dolores donna dora
    doris dorothy edith edna eileen elaine eleanor elena elisabeth elise eliza elizabeth ella ellen elsa emily emma
    enid erica erika esther ethel eunice eva evelyn fatima felicia fenella fiona florence frances francesca freya
    gabriela gail gertrude gina gloria grace greta gretchen gwen hanna hannah harriet hazel heather heidi helen
    helena hester hettie hilary hilda hillary huma ida ilse imogen ines inge ingeborg ingrid irene irina iris isabel
    isabella isla ivana ivanka ivy jackie jacqueline jane janet janice jasmine jean jen jenna jennifer jenny jessica
    jill joan joanna jocelyn josephine joy joyce juanita judith judy julia juliana julie june kaitlan karen karin
    karla kate katherine kathleen kathryn kathy katie katrina kayla kelly kerry kim kimberly kirsten kirsty kristen
    kristin kristina lara laura lauren leah lena leslie leticia liesbeth lillian linda lisa liz lois lori lorraine
    lotte lottie louise lucia lucy lydia lynn mabel madeleine maeve maggie maha malala marcia margaret margarita
    marguerite maria marian mariana marie marilyn marina marion marisa marit marjorie marlene marta martha mary
    maureen megan meghan melania melanie melissa mercedes meredith mia michelle mildred miriam molly mona monica
    morag muriel nadia nadine nancy naomi natalia natalie natasha nell nicole nina nora norma odette olga olivia
    pamela patricia patty paula pauline penny petra phoebe phyllis priscilla rachel rebecca regina renee rita
    roberta rosa rosalind rose rosemary roxanne ruth sabine sabrina sally samantha sandra sara sarah selena shannon
    sharon sheila sherry shirley sigrid silvia simone sinead sofia sonia sophia sophie stacey stella stephanie sue
    susan suzanne svetlana sybil sylvia tamara tammy tanya tara teresa thea thelma theresa therese tiffany tilda
    tina tracy ulrike una ursula valentina valerie vanessa vera veronica victoria viola virginia vivian wanda wendy
    whitney wilma winifred yasmin yolanda yulia yvette yvonne zara zoe""".split()
)
