"""What people call things and what APIs call them: general English and the trade's own short words, of no one API.

A word belongs here when it would help with an API that nobody has thought of; none is here for one query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyhole.catalog.words import stem

if TYPE_CHECKING:
    from collections.abc import Iterable


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# One group a line: people's words for what an operation does.
_VERBS = """
get show fetch retrieve read view see look check display give tell obtain return inspect
list every enumerate browse
search find query lookup filter locate discover
create add new make insert register provision
update edit change modify set adjust alter replace rename patch put configure fix
delete remove destroy drop erase clear revoke unset purge wipe discard
cancel stop end terminate abort halt
send post publish submit deliver
upload attach import
download export
enable activate allow
disable deactivate
block ban
join enter
leave exit quit
run execute trigger invoke launch start dispatch kick
restart reboot
approve accept confirm
reject decline refuse deny
copy duplicate clone fork
verify validate confirm
assign grant give
count total number many
"""
# What operations are about and what befalls it; the words between two commas may stand for one another.
_NOUNS = """
person people user member account, coworker colleague teammate employee staff member user,
customer client buyer shopper, company business organization firm, team group squad crew,
admin administrator owner moderator, author creator writer, guest visitor, contact friend, message text sms chat,
mail email message, room channel conversation, thread reply conversation, emoji reaction emoticon,
comment reply note remark, post message article entry, notification alert announcement notice, alert alarm warning,
call phone dial ring, voicemail recording, vote poll ballot, survey questionnaire form,
money payment balance funds cash, bill invoice charge, price cost amount rate fee pricing,
plan subscription membership tier, coupon discount promotion voucher promo, payout transfer withdrawal,
dispute chargeback, order purchase, basket cart checkout, product item goods merchandise, inventory stock quantity,
shipment delivery parcel package shipping, tax vat, machine server node host instance computer,
site website domain zone, hostname domain host, certificate ssl tls https, firewall waf, disk volume storage drive,
backup snapshot, image picture photo avatar icon, log history audit record event activity,
bug issue ticket case problem, failure error crash, job task run workflow pipeline, cron schedule timer,
assign assignee, release version, password secret credential passphrase, token key credential, login session signin,
permission access role privilege right, limit quota cap, setting preference option configuration,
traffic visit view hit analytics, usage consumption utilization, metric statistic analytics measurement,
report summary insight, status state health condition, file document attachment, folder directory, link url,
label tag, webhook callback hook, place location venue address, region location, calendar schedule agenda,
meeting appointment event, booking reservation appointment, vacation holiday leave, film movie, show series tv,
song track music, actor cast star, video clip, audio sound recording, review rating feedback, popular trending top,
newest latest recent, similar related recommendation suggestion, match game fixture, player athlete, score result,
stock share ticker symbol quote, currency money exchange, coin crypto cryptocurrency, news article headline,
locale language, nearby near location, buy purchase order, pay charge payment, ask request, tell notify send,
follow subscribe watch, like favorite star react, respond reply answer, merge combine, move transfer migrate,
pause suspend hold, resume continue, lock freeze, rotate renew regenerate reset, refresh sync reload,
undo revert restore rollback, test check verify, schedule plan, forward redirect route, kick remove expel ban,
hide mute, doctor physician, student pupil, teacher instructor tutor, course class lesson,
school university college, exam quiz test, car vehicle auto, stop station, route directions itinerary path,
flight trip journey travel, hotel accommodation lodging, meal dish recipe, restaurant cafe,
house home property apartment listing, vacancy position job career, candidate applicant, wallet balance,
forecast weather, timeline feed, hashtag topic trend, queue topic, column field attribute, network subnet vpc,
dashboard chart graph, contract agreement, reward bonus points loyalty, donation contribution,
deadline due expiry expiration, book title publication, meaning definition dictionary, zip postal postcode,
biography profile, logs logging, email inbox mailbox, outage incident, uptime availability, worker employee,
salary wage payroll, supplier vendor, seller merchant, category genre type kind, picture thumbnail image,
statement invoice, subscriber follower member, viewer audience, sensor device, gadget device, bot robot,
plugin extension addon, source origin
"""
_SHORT = """
repo repository, org organization, ns namespace, deploy deployment, sts statefulset, svc service, k8s
kubernetes, cm configmap, auth authentication, authn authentication, authz authorization, config
configuration, env environment, info information, msg message, db database, vm virtual machine, lb load
balancer, perm permission, perms permission, rm remove, del delete, ls list, pr pull request, prs pull
requests, mr merge request, mrs merge requests, ci workflow, app application, apps application, tz timezone,
deps dependency, dep dependency, cert certificate, img image, pic image, pics image, doc document, docs
document, acct account, addr address, admin administrator, pwd password, creds credential, sub subscription,
txn transaction, dir directory, attr attribute, param parameter, params parameter, qty quantity, num number,
spec specification, stats statistics, tx transaction, calc calculate, dept department, mgmt management, lang
language, ref reference, pkg package, lib library, fn function, var variable, vars variables, sso single sign on,
mfa multi factor authentication, temp temperature
"""
# A verb, what may stand behind it or up to three words later, and the one verb that it comes to.
_PHRASES = """
get rid of: delete, turn on: enable, turn off: disable, switch on: enable, switch off: disable, set up: create,
take down: delete, look up: search, sign up: register, shut down: stop, call off: cancel,
roll back: restore, give back: return, send back: return, back up: backup, log in: login, sign in: login,
log out: logout, sign out: logout, clean up: delete, clear out: delete, throw away: delete, take off: remove,
take out: remove, kick out: remove, throw out: remove, hand over: transfer, find out: get, check out: checkout,
keep an eye on: watch, opt out: unsubscribe, opt in: subscribe, hand out: assign, pick up: get, pass on: forward,
cut off: disable, put on hold: suspend, bring back: restore, spin up: create, tear down: delete, swap out: replace,
wipe out: delete
"""

READS = _set(
    """
    get show fetch retrieve read view see look check display tell list every enumerate browse search find query
    lookup filter which what who how download export count many whose inspect newest latest recent
    """
)
CREATES = _set(
    """
    create add new make insert register send post publish submit upload attach run execute trigger invite start
    dispatch launch
    """
)
CHANGES = _set(
    """
    update edit change modify set adjust alter replace rename patch put configure fix enable disable turn mark
    move assign reassign transfer pause resume close reopen lock unlock approve reject retry restart
    archive restore raise lower increase decrease
    """
)
ENDS = _set("cancel stop end terminate abort leave quit deactivate")
DELETES = _set(
    """
    delete remove destroy drop erase clear revoke purge wipe discard unassign
    """
)


def _related(groups: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for group in groups:
        stems = [stem(word) for word in group.split()]
        for one in stems:
            found.setdefault(one, {}).update(dict.fromkeys(other for other in stems if other != one))
    return {one: tuple(others) for one, others in found.items()}


def _abbreviations() -> dict[str, tuple[str, ...]]:
    entries = [entry.split() for entry in _SHORT.split(",")]
    return {short: tuple(long) for short, *long in entries}


def _phrases() -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for entry in _PHRASES.split(","):
        phrase, _, meant = entry.partition(":")
        verb, *rest = phrase.split()
        found.setdefault(stem(verb), []).append((tuple(rest), meant.strip()))
    return {verb: tuple(entries) for verb, entries in found.items()}


RELATED = _related(_VERBS.strip().splitlines())
"""Stem → stems of verbs that may stand for it."""

ALIKE = _related(_NOUNS.split(","))
"""Stem → stems of things that are much the same, or that people and APIs call by either name."""

ABBREVIATED = _abbreviations()
"""Short word → the words that it stands for: common in trade, of no single API."""

PHRASES = _phrases()
"""Stem of a verb → what stands behind it and the verb that both come to: "turn … off" → disable."""
