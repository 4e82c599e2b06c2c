"""Inside, pure: words of which one says the contrary of the other, as data."""

from __future__ import annotations

from models.extraction.stems import stem

_PAIRS = """
asleep sleeping slept unconscious / awake
empty emptied / full filled packed crowded
open opened reopened / shut closed locked sealed barred
dry / wet leak leaks leaking leaked damp flooded
rise rises rising rose risen climbing grew growing increased / fall falls falling fell fallen dropped shrank decreased
early / late
before / after afterwards
start started began begun / stopped ended finished
won win / lost lose
accident accidental accidentally mistake / deliberate deliberately intentional purpose planned
alone / accompanied together
alive living survived / dead died killed
legal lawful / illegal unlawful banned
safe harmless / dangerous unsafe toxic poisonous risk hazardous
clean / dirty polluted contaminated tainted
sober / drunk intoxicated drinking drank
resigned quit / dismissed sacked fired removed ousted
stayed remained stays / left leaves quit fled
present attended / absent missing away abroad
inside indoors / outside outdoors
guilty / innocent
accepted agreed approved / refused rejected declined
remembers remembered / forgot forgotten
sent delivered received got arrived / lost undelivered
ready / unfinished incomplete delayed
cold / hot warm
calm peaceful peacefully orderly / violent violence chaos riot
armed / unarmed
public published / secret hidden private confidential concealed hid
allowed permitted / forbidden prohibited banned
working worked works / broken faulty failed broke
repaired fixed serviced / broken faulty stuck
profit profits gain gains / loss losses
cheap cheaper / expensive dearer costly
supported supports backed / opposed opposes
temporary / permanent
genuine real authentic / fake forged forgery faked copied
voluntary voluntarily willingly / forced compelled
enough plenty sufficient surplus / short shortage lack lacked scarce insufficient
first / second last third
healthy well fit / ill sick unfit
fast quick quickly speeding / slow slowly
moving moved underway / still stationary anchor parked stood
paid / unpaid owed owes owing
friend friendly / enemy hostile
helped / hindered hampered
morning dawn / evening afternoon night midnight
day daylight / night dark
own owns owned / sold rented borrowed leased lent
bought / stolen given
whole complete / half part partial
everyone everybody / nobody none nothing
certain sure proven / doubtful unlikely uncertain unproven
likely probable / unlikely improbable
hit rammed pushed struck attacked / slipped fell tripped
intact undamaged unharmed unhurt / damaged hurt injured wounded destroyed
told informed warned consulted / ignored uninformed unaware
signed / unsigned
final / draft
original / copy
raised / lowered cut
gained / lost
victory / defeat
cause caused / cured prevented
success succeeded / failure failed
"""


def _opposed() -> dict[str, frozenset[str]]:
    """Map the stem of each word to those of its contraries."""
    found: dict[str, set[str]] = {}
    for line in _PAIRS.strip().splitlines():
        ones, others = ([stem(word) for word in side.split()] for side in line.split("/"))
        for one in ones:
            found.setdefault(one, set()).update(others)
        for other in others:
            found.setdefault(other, set()).update(ones)
    return {word: frozenset(words - {word}) for word, words in found.items()}


#: The contraries of a stem.
OPPOSED = _opposed()
