"""The 17 schedules (mastodon.md 3.6; mastodon: config/sidekiq.yml) and when each is due. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True)
class Schedule:
    """Every `every` seconds, the first time after `first`; or by the clock (`at`: hour, None for each, and minute)."""

    name: str
    worker: str
    every: int | None = None
    first: int | None = None
    at: tuple[int | None, int] | None = None

    def first_due(self, now: datetime) -> datetime:
        if self.at:
            return _next_clock_time(now, *self.at)
        return now + timedelta(seconds=self.every if self.first is None else self.first)

    def next_due(self, due: datetime) -> datetime:
        return _next_clock_time(due, *self.at) if self.at else due + timedelta(seconds=self.every or 0)


def _next_clock_time(after: datetime, hour: int | None, minute: int) -> datetime:
    candidate = after.replace(minute=minute, second=0, microsecond=0)
    if hour is not None:
        candidate = candidate.replace(hour=hour)
    step = timedelta(hours=1) if hour is None else timedelta(days=1)
    while candidate <= after:
        candidate += step
    return candidate


def _some(first_hour: int, last_hour: int) -> tuple[int, int]:
    """A random minute of the day between these hours, drawn when the process starts."""
    return random.randint(first_hour, last_hour), random.randint(0, 59)


def schedules() -> Iterator[Schedule]:
    yield Schedule("scheduled_statuses_scheduler", "ScheduledStatusesScheduler", every=5 * MINUTE)
    yield Schedule("trends_refresh_scheduler", "Trends::RefreshScheduler", every=5 * MINUTE, first=4 * MINUTE)
    yield Schedule("trends_review_notifications_scheduler", "Trends::ReviewNotificationsScheduler", every=6 * HOUR)
    yield Schedule("indexing_scheduler", "IndexingScheduler", every=MINUTE)
    yield Schedule("vacuum_scheduler", "VacuumScheduler", at=_some(3, 5))
    yield Schedule("follow_recommendations_scheduler", "FollowRecommendationsScheduler", at=_some(6, 9))
    yield Schedule("user_cleanup_scheduler", "UserCleanupScheduler", at=_some(4, 6))
    yield Schedule("ip_cleanup_scheduler", "IpCleanupScheduler", at=_some(3, 5))
    yield Schedule("pghero_scheduler", "PgheroScheduler", at=(0, 0))
    yield Schedule("instance_refresh_scheduler", "InstanceRefreshScheduler", at=(None, 0))
    yield Schedule("accounts_statuses_cleanup_scheduler", "AccountsStatusesCleanupScheduler", every=MINUTE)
    yield Schedule("suspended_user_cleanup_scheduler", "SuspendedUserCleanupScheduler", every=MINUTE)
    yield Schedule("software_update_check_scheduler", "SoftwareUpdateCheckScheduler", every=30 * MINUTE)
    yield Schedule("auto_close_registrations_scheduler", "AutoCloseRegistrationsScheduler", every=HOUR)
    yield Schedule(
        "fasp_follow_recommendation_cleanup_scheduler", "Fasp::FollowRecommendationCleanupScheduler", every=DAY
    )
    yield Schedule("collection_item_cleanup_scheduler", "CollectionItemCleanupScheduler", every=HOUR)
    yield Schedule("repair_remote_collections_scheduler", "RepairRemoteCollectionsScheduler", every=DAY, first=1)


class Clock:
    """Which schedules are due."""

    def __init__(self, now: datetime | None = None) -> None:
        now = now or datetime.now(UTC)
        self._due = {schedule: schedule.first_due(now) for schedule in schedules()}

    def due(self, now: datetime) -> list[Schedule]:
        """Each once, however long nobody asked."""
        found = [schedule for schedule, due in self._due.items() if due <= now]
        for schedule in found:
            while self._due[schedule] <= now:
                self._due[schedule] = schedule.next_due(self._due[schedule])
        return found
