# SPDX-License-Identifier: Apache-2.0
"""E-invoices as companies really send them: read into one typed result, judged apart, and recognised by fingerprint.

`reader` reads a file by the tables of `forms`; `judgement` says whether the result could be financed; `fingerprint`
tells whether it is an invoice one has seen before, in whatever format, with a key of `keys`. Whatever a stranger sends
ends in an `Invoice` or in one of `errors`, within bounds of memory and time. `sealing` is for what one reader alone is
to read, such as a quote.
"""
