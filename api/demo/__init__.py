# SPDX-License-Identifier: Apache-2.0
"""The demonstration: the story played over HTTP on a service of its own, killed half-way, and back."""
