# SPDX-License-Identifier: Apache-2.0
"""What Alembic runs for every command: within the transaction that chain/store/migrating.py has opened."""

from alembic import context

from chain.store.schema import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
