# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How modules that ask an instance from outside reach it."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  resolve:
    description:
      - Addresses to use instead of DNS, as V(host:port:address), like curl's C(--resolve).
      - IPv6 addresses stand in brackets. Another port to connect to may follow, as V(host:port:address:port).
    type: list
    elements: str
    default: []
  ca_path:
    description:
      - File with certificates of authorities to trust besides the system's, in PEM form.
      - Other servers will not trust them, so this is for tests and closed networks.
    type: path
  ca_certificates:
    description: The same as O(ca_path), given as text.
    type: str
  request_timeout:
    description:
      - Seconds for each request, from looking up the name to the end of the answer. All requests of a check together
        have 45 seconds.
    type: int
    default: 10
"""
