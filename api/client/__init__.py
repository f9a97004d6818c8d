# SPDX-License-Identifier: Apache-2.0
"""A client of the API: it asks over HTTP, keeps sessions, and knows nothing of databases, nodes or signing keys."""
