"""Namespaces of the messages, newest first where several editions are read (eresept.md 1.1)."""

from __future__ import annotations

from typing import Final

_KITH: Final = "http://www.kith.no/xmlstds"
_ERESEPT: Final = f"{_KITH}/eresept"
_EHELSE: Final = "http://www.ehelse.no/xmlstds/eresept"

KITH: Final = _KITH
FK1: Final = f"{_KITH}/felleskomponent1"
BASE64: Final = f"{_KITH}/base64container"
DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
MSGHEAD: Final = f"{_KITH}/msghead/2006-05-24"
APPREC_1_0: Final = f"{_KITH}/apprec/2004-11-21"
APPREC_1_1: Final = f"{_KITH}/apprec/2012-02-15"

M1: Final = (f"{_ERESEPT}/m1/2013-10-08", f"{_ERESEPT}/m1/2010-05-01")
FORSKRIVNING: Final = (
    f"{_ERESEPT}/forskrivning/2013-10-08",
    f"{_ERESEPT}/forskrivning/2010-04-01",
    f"{_ERESEPT}/forskrivning/2014-12-01",
)
M1_EXTENSION: Final = (f"{_ERESEPT}/m1/2013-10-08/extension/1",)
M2: Final = (f"{_EHELSE}/m2/2017-12-01",)
M12: Final = (f"{_EHELSE}/m12/2017-12-01", f"{_ERESEPT}/m12/2014-12-01")
SKO: Final = (f"{_ERESEPT}/sko/2008-05-05",)
M3: Final = (f"{_ERESEPT}/m3/2010-05-01",)
M5: Final = (f"{_ERESEPT}/m5/2013-04-16", f"{_ERESEPT}/m5/2009-02-20")
M5_EXTENSION: Final = (f"{_ERESEPT}/m5/2013-04-16/extension/1",)
M52: Final = (f"{_ERESEPT}/m52/2013-12-01",)
UTLEVERING: Final = (f"{_ERESEPT}/utlevering/2013-10-08", f"{_ERESEPT}/utlevering/2010-05-01")
M6: Final = (f"{_ERESEPT}/m6/2013-10-08", f"{_ERESEPT}/m6/2010-05-01")
M7: Final = (f"{_ERESEPT}/m7/2008-05-01",)
M8: Final = (f"{_ERESEPT}/m8/2013-10-08", f"{_ERESEPT}/m8/2010-06-07")
M10: Final = (f"{_ERESEPT}/m10/2013-10-08", f"{_ERESEPT}/m10/2010-06-07")
M14: Final = (f"{_ERESEPT}/m14/2008-12-12",)
M15: Final = (f"{_ERESEPT}/m15/2006-10-06",)
M21: Final = (f"{_ERESEPT}/m21/2013-10-08", f"{_ERESEPT}/m21/2010-05-01")
M241: Final = (f"{_ERESEPT}/m241/2009-02-20",)
M242: Final = (f"{_ERESEPT}/m242/2008-10-03",)
M251: Final = (f"{_ERESEPT}/m251/2013-10-08",)
M251_EXTENSION: Final = (f"{_ERESEPT}/m251/2013-10-08/extension/1",)
M252: Final = (f"{_ERESEPT}/m252/2013-10-08",)
M253: Final = (f"{_ERESEPT}/m253/2013-10-08",)
M271: Final = (f"{_ERESEPT}/m271/2013-04-16",)
M272: Final = (f"{_ERESEPT}/m272/2013-04-16",)
M274: Final = (f"{_ERESEPT}/m274/2012-06-11",)
M28: Final = (f"{_ERESEPT}/m28/2012-06-11",)
KI: Final = (f"{_ERESEPT}/ki/2013-04-25",)
M41: Final = (f"{_ERESEPT}/m41/2006-10-06",)
M42: Final = (f"{_ERESEPT}/m42/2006-10-06",)
M91: Final = (f"{_ERESEPT}/m91/2023-03-20", f"{_ERESEPT}/m91/2013-10-08", f"{_ERESEPT}/m91/2010-06-04")
M92: Final = (f"{_ERESEPT}/m92/2023-03-20", f"{_ERESEPT}/m92/2013-10-08", f"{_ERESEPT}/m92/2010-05-01")
M93: Final = (f"{_ERESEPT}/m93/2010-06-04", f"{_ERESEPT}/m93/2008-04-29")
M94: Final = (f"{_ERESEPT}/m94/2010-07-01",)
M95: Final = (
    f"{_EHELSE}/m95/2021-02-01",
    f"{_EHELSE}/m95/2018-07-01",
    f"{_ERESEPT}/m95/2015-05-01",
)
M96: Final = (
    f"{_EHELSE}/m96/2021-02-01",
    f"{_EHELSE}/m96/2018-07-01",
    f"{_ERESEPT}/m96/2015-05-01",
)
M97: Final = (f"{_EHELSE}/m97/2018-07-01", f"{_ERESEPT}/m97/2015-05-01")
M98: Final = (f"{_EHELSE}/m98/2018-07-01", f"{_ERESEPT}/m98/2015-10-15")
M911: Final = (f"{_EHELSE}/m911/2021-10-01", f"{_EHELSE}/m911/2018-07-01", f"{_ERESEPT}/m911/2014-01-21")
M912: Final = (f"{_EHELSE}/m912/2021-10-01", f"{_EHELSE}/m912/2018-07-01", f"{_ERESEPT}/m912/2014-01-21")
M921: Final = (f"{_EHELSE}/m921/2019-03-01", f"{_ERESEPT}/m921/2013-10-15")
M922: Final = (f"{_EHELSE}/m922/2019-03-01", f"{_ERESEPT}/m922/2013-10-15")
MV: Final = ("http://ehelse.no/xmlstds/eresept/mv/2017-01-01", f"{_ERESEPT}/mv/2013-08-16")
