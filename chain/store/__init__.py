# SPDX-License-Identifier: Apache-2.0
"""The two databases: SQLite files by default, PostgreSQL by URL.

`db` is what the parts that must start at once and run fast use; `tables` declares the book for everyone else, and
`schema` and `migrations` make it so. `backup` and `restore` carry a book between databases.
"""
