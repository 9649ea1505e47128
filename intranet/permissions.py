"""Every permission of the core, alphabetised, with the roles that hold it (``domain.md`` §6).

A plugin's own permissions stand in the plugin. Which objects each one reaches: ``intranet.policies``.
"""

from __future__ import annotations

from intranet.access import STAFF_ROLES, GuestRole, Role
from intranet.plugin_api import Permission
from intranet.translation import lazy_gettext as _l

_ADMIN = frozenset({Role.ADMIN})
_COORDINATION = frozenset({Role.ADMIN, Role.COORDINATOR})
_FOLLOWING = frozenset({Role.COORDINATOR, Role.REFERENT})
_SITE = frozenset({Role.COORDINATOR, Role.TECHNICAL})
_AGENT = frozenset({Role.AGENT})
_ANIMATOR = frozenset({Role.ANIMATOR})
_EVERYONE = frozenset(Role)
_GUESTS = frozenset(GuestRole)

ACCESS_LOG_READ = "core.access_log.read"
CATALOGUE_MANAGE = "core.catalogue.manage"
CHANTIER_IMAGE = "core.chantier.image"
CHANTIER_PREPARE = "core.chantier.prepare"
CHANTIER_READ = "core.chantier.read"
CHANTIER_RUN = "core.chantier.run"
COMMITMENT_CONFIRM = "core.commitment.confirm"
COMMITMENT_DO = "core.commitment.do"
COMMITMENT_READ = "core.commitment.read"
COMMITMENT_VOICE = "core.commitment.voice"
CONTRACT_ISSUE = "core.contract.issue"
CONTRACT_READ = "core.contract.read"
CONTRACT_RECORD = "core.contract.record"
CONTRACT_SIGN = "core.contract.sign"
CONTRACT_TEXT = "core.contract.text"
DOSSIER_ALLOCATE = "core.dossier.allocate"
DOSSIER_CREATE = "core.dossier.create"
DOSSIER_EDIT = "core.dossier.edit"
DOSSIER_EXPORT = "core.dossier.export"
DOSSIER_GRANT = "core.dossier.grant"
DOSSIER_READ = "core.dossier.read"
DWELLING_MANAGE = "core.dwelling.manage"
DWELLING_READ = "core.dwelling.read"
FILE_READ = "core.file.read"
GUEST_ADOPT = "core.guest.adopt"
GUEST_INVITE = "core.guest.invite"
HANDOVER_DECIDE = "core.handover.decide"
HOUSEHOLD_ERASE = "core.household.erase"
INDICATOR_READ = "core.indicator.read"
ORGANISATION_MANAGE = "core.organisation.manage"
PLUGIN_READ = "core.plugin.read"
SEARCH_USE = "core.search.use"
SETTING_MANAGE = "core.setting.manage"
SPLIT_ANSWER = "core.split.answer"
SPLIT_GRANT_TIME = "core.split.grant_time"
SPLIT_HOUSEHOLD = "core.split.household"
SPLIT_OVERRIDE = "core.split.override"
SPLIT_READ = "core.split.read"
SPLIT_VOICE = "core.split.voice"
SPLIT_WRITE = "core.split.write"
USER_MANAGE = "core.user.manage"
VISIT_WRITE = "core.visit.write"
WEAR_MANAGE = "core.wear.manage"

PERMISSIONS = (
    Permission(ACCESS_LOG_READ, _l("Lire le journal des accès"), _COORDINATION),
    Permission(CATALOGUE_MANAGE, _l("Modifier le catalogue des travaux"), _COORDINATION),
    Permission(
        CHANTIER_IMAGE,
        _l("Noter si la famille accepte de paraître sur les photos"),
        _ANIMATOR | _SITE | _FOLLOWING,
    ),
    Permission(CHANTIER_PREPARE, _l("Ouvrir et préparer un chantier"), _SITE | {Role.ANIMATOR}),
    Permission(CHANTIER_READ, _l("Suivre un chantier"), _EVERYONE - {Role.MEMBER}),
    Permission(CHANTIER_RUN, _l("Tenir le chantier à jour"), _ANIMATOR | _SITE),
    Permission(COMMITMENT_CONFIRM, _l("Confirmer les travaux du bailleur"), _FOLLOWING | _SITE),
    Permission(COMMITMENT_DO, _l("Dire faits les travaux du bailleur"), _AGENT | {GuestRole.AGENT}),
    Permission(
        COMMITMENT_READ, _l("Lire les engagements du bailleur"), STAFF_ROLES | _AGENT | {GuestRole.AGENT}
    ),
    Permission(COMMITMENT_VOICE, _l("Dire pour sa famille si c’est fait"), frozenset({GuestRole.HOUSEHOLD})),
    Permission(CONTRACT_ISSUE, _l("Établir le contrat de participation"), _FOLLOWING),
    Permission(CONTRACT_READ, _l("Lire le contrat de participation"), _EVERYONE - {Role.MEMBER} | _GUESTS),
    Permission(CONTRACT_RECORD, _l("Recueillir la signature d’une autre partie"), _FOLLOWING),
    Permission(
        CONTRACT_SIGN,
        _l("Signer le contrat pour sa partie, ou le refuser"),
        _FOLLOWING | _AGENT | _ANIMATOR | _GUESTS,
    ),
    Permission(CONTRACT_TEXT, _l("Écrire les textes du contrat"), _COORDINATION),
    Permission(DOSSIER_ALLOCATE, _l("Attribuer un logement"), _FOLLOWING),
    Permission(DOSSIER_CREATE, _l("Ouvrir un dossier"), _FOLLOWING),
    Permission(DOSSIER_EDIT, _l("Modifier un dossier"), _FOLLOWING),
    Permission(DOSSIER_EXPORT, _l("Exporter les dossiers"), _FOLLOWING | {Role.DIRECTOR}),
    Permission(DOSSIER_GRANT, _l("Ouvrir un dossier protégé à une personne"), _COORDINATION),
    Permission(DOSSIER_READ, _l("Lire un dossier"), STAFF_ROLES),
    Permission(DWELLING_MANAGE, _l("Enregistrer un logement et ses diagnostics"), _FOLLOWING | _SITE),
    Permission(DWELLING_READ, _l("Voir les logements"), STAFF_ROLES | {Role.AGENT}),
    Permission(FILE_READ, _l("Ouvrir un fichier"), _EVERYONE | _GUESTS),
    Permission(GUEST_ADOPT, _l("Reprendre à son compte les réponses données avec un code"), _AGENT),
    Permission(GUEST_INVITE, _l("Ouvrir un accès sans compte"), _SITE | _FOLLOWING),
    Permission(HANDOVER_DECIDE, _l("Réceptionner les travaux"), _SITE),
    Permission(HOUSEHOLD_ERASE, _l("Remettre ou effacer les données d’un ménage"), _COORDINATION),
    Permission(INDICATOR_READ, _l("Lire les chiffres du programme"), _COORDINATION | {Role.DIRECTOR}),
    Permission(ORGANISATION_MANAGE, _l("Gérer organismes, pôles et sites"), _COORDINATION),
    Permission(PLUGIN_READ, _l("Voir les modules installés"), _ADMIN),
    Permission(SEARCH_USE, _l("Rechercher"), _EVERYONE),
    Permission(SETTING_MANAGE, _l("Modifier les réglages"), _ADMIN),
    Permission(SPLIT_ANSWER, _l("Répondre pour le bailleur"), _AGENT | {GuestRole.AGENT}),
    Permission(SPLIT_GRANT_TIME, _l("Accorder plus de temps au bailleur"), frozenset({Role.COORDINATOR})),
    Permission(SPLIT_HOUSEHOLD, _l("Recueillir la réponse du ménage"), _FOLLOWING),
    Permission(SPLIT_OVERRIDE, _l("Lever un garde-fou, avec une raison"), frozenset({Role.COORDINATOR})),
    Permission(SPLIT_READ, _l("Lire une répartition"), STAFF_ROLES | {Role.AGENT, GuestRole.AGENT}),
    Permission(SPLIT_VOICE, _l("Répondre pour sa famille"), frozenset({GuestRole.HOUSEHOLD})),
    Permission(SPLIT_WRITE, _l("Préparer et proposer une répartition"), _SITE | _FOLLOWING),
    Permission(USER_MANAGE, _l("Gérer les comptes"), _ADMIN),
    Permission(VISIT_WRITE, _l("Relever les travaux de la visite commune"), _SITE | _FOLLOWING),
    Permission(WEAR_MANAGE, _l("Gérer les grilles de vétusté"), _COORDINATION),
)
