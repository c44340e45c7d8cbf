# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which predicate judges which kind. Nobody waits for other kinds: they are what they are once they are applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from . import _issued, _network, _operators, _pods, _postgresql, _storage, _workloads
from ._settle import Settles
from ._state import Object, State


@dataclass(frozen=True)
class Predicate:
    judge: Callable[[Object], State]
    # What must have been left alone a while before a ready object is believed: the spec, if the kind does not record
    # which generation its status is about; the status, if without probes a crash loop is ready for moments.
    settles: Settles = "nothing"
    namespaced: bool = True
    # It makes a Secret, a bucket or a server that other objects may be waiting for.
    provides: bool = False
    # Objects in the same namespace, made by an operator or shared, without which this one is not ready either.
    companions: Callable[[Object], Iterable[dict[str, Any]]] | None = None
    # Whether an object with this manifest needs waiting at all, which may save reading it.
    concerns: Callable[[Object], bool] = lambda _manifest: True


PREDICATES: Mapping[str, Predicate] = {
    "Deployment.apps": Predicate(_workloads.deployment, settles="status"),
    "StatefulSet.apps": Predicate(_workloads.stateful_set, settles="status"),
    "DaemonSet.apps": Predicate(_workloads.daemon_set, settles="status"),
    "Job.batch": Predicate(_workloads.job, provides=True),
    "Pod": Predicate(_pods.pod),
    "PersistentVolumeClaim": Predicate(_storage.persistent_volume_claim),
    "ObjectBucketClaim.objectbucket.io": Predicate(_storage.object_bucket_claim, settles="spec", provides=True),
    "Service": Predicate(_network.service, concerns=_network.is_balanced),
    "Gateway.gateway.networking.k8s.io": Predicate(_network.gateway),
    "HTTPRoute.gateway.networking.k8s.io": Predicate(_network.http_route, companions=_network.gateways),
    "Certificate.cert-manager.io": Predicate(_issued.certificate, provides=True),
    "Issuer.cert-manager.io": Predicate(_issued.issuer),
    "ClusterIssuer.cert-manager.io": Predicate(_issued.issuer, namespaced=False),
    "ExternalSecret.external-secrets.io": Predicate(_issued.external_secret, provides=True),
    "SecretStore.external-secrets.io": Predicate(_issued.secret_store, settles="spec"),
    "ClusterSecretStore.external-secrets.io": Predicate(_issued.secret_store, settles="spec", namespaced=False),
    "Cluster.postgresql.cnpg.io": Predicate(_postgresql.cluster, settles="spec", provides=True),
    "Pooler.postgresql.cnpg.io": Predicate(
        _postgresql.pooler, settles="spec", companions=_postgresql.deployment_of_pooler
    ),
    "Database.postgresql.cnpg.io": Predicate(_postgresql.database, provides=True),
    "Backup.postgresql.cnpg.io": Predicate(_postgresql.backup),
    "Dragonfly.dragonflydb.io": Predicate(
        _operators.dragonfly, settles="spec", provides=True, companions=_operators.stateful_set_of_dragonfly
    ),
    "Elasticsearch.elasticsearch.k8s.elastic.co": Predicate(_operators.elasticsearch, provides=True),
}


def predicate(api_version: str, kind: str) -> Predicate | None:
    group = api_version.rpartition("/")[0]
    return PREDICATES.get(f"{kind}.{group}" if group else kind)
