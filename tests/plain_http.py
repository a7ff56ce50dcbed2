"""httpx for the plain HTTP of this machine: without reading the machine's certificates at every call (40 ms)."""

from __future__ import annotations

import ssl
from functools import partial

import httpx

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

get = partial(httpx.get, verify=NO_TLS)
post = partial(httpx.post, verify=NO_TLS)
put = partial(httpx.put, verify=NO_TLS)
