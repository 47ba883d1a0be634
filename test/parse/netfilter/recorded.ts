// Rules of a network namespace as Linux 6.18 dumped them, each dump compressed by gzip: what nft 1.0.6, iptables-nft 1.8.9 and
// iptables-legacy 1.8.9 had made there, by the commands in the tests that read them.
export const recorded = {
  chains:
    'H4sIAAAAAAACA53QTQrCMBBA4TdJf9Iq6KIX0ZULd1pEBCtFDyAquBARLJ7Gu1ZSFU2RUpxNFuGbBzMGdKwQoH8EBZFBOG8LOmim2WSR5tC1P88RQ2Bf/9Rge2hWeZpnm/V8OXO8SvAwlQKDoizLu8F/7Q4rb4i/W1Jvxe1a8k9rVGsJRAFCUe3QXG+7X/dQTS5Ecxi4d2jtho7Tb7dvcAGaC47z/riFSWyDT8POAyBCtsU0AgAA',
  tables: [
    {
      family: 2,
      table: 'nat',
      rules:
        'H4sIAAAAAAACA+WWsW4TQRCGv9k7G8cx4EguKCyRIkUKFymCSOECFFskIkosyzSIgsM+JSdytnXeCKXiFfIQlJR+EB6AgpKSHiGjPa/ts3EsHwJRMM3O7t3Mzsz/z2i/Atm8yglQvAAFGzmErqfZRFE7O3xeb0IBByvuEJcdhA2E0NeeOSyhyBlryBp7QPYQjN4O++zE38fn9j+KOBQQOr32Wz/ao4LE+3bvqqv9iDIq3k+kYO2MGN/3EIIw9DuBp32I/7d3UIxtx/vRaPT9k6TOM1MgO835Rv5IzrKY8wqfxYltJeFze0kdTcwZJI5239aw711f9rzOshhUbpyjyuHG6zr+swgPb0iF0SuETQTtRee+hhNUnGvt9GnLfJ/Es48TR/RxK2G8ZE+DxkTdVqnxzCbwzHxZjWfq2m+tV3uxtS/a2rvr+Ddn70F+B9sqQh4h8rrnpkcqK/DlkdHdsf4Yjqxt6On2BXCAintuoD0dDHTQnmFIeVbnJwtrKs4cLXDG3HkXoVmvHTfrh0nexHcaL0mSlIaloVlbTmp+3EnwI1ty3H/Rm7/w48TavAn0u2DgU73dxs3Z+A2G8dz7ZvTMdCauy7U88HoB+4bFPry61EG/F+kZDmL6V1xBkafEbSJzu4rM+y+LshwJQ7+rpxi74nAR8F/L35y5eZE5YPIimYWZ+3Kifl7xVriPotGsN89etI5Pn831lfMBl4MFPu3avvY6nUhf9/1EbDK2dVPnXl3yJthNvAmM7YPZm+BHcg4Y3jooJrkZ+QkwPj3cHAkAAA==',
      sets: 'H4sIAAAAAAACAxNhYGBgZmBiYGJgYBDIYAADAJgGgUEUAAAA',
      elements: {},
    },
    {
      family: 10,
      table: 'nat',
      rules:
        'H4sIAAAAAAACA42Rv2oCQRDGfzNnjlUPYnHFFQEtLK+0SCskhIAYEdOlWfRIivgHWQvfwsfIY+VFAmHXPTCawq+a+Wb2+2ZmvwXSlhoBOh/QgqZBWFnHLcpk+jh9eZ09j58gIyFCv6RBH6GJsKyc9WSOYlAfdrwGICWCj+fLDb1QP/KxL2jeIKTAACFD2Nj959ou6F/2iznOUBgawef+RL/8R78gIUf44Q/kCi+NXhq99JpdUs9NoIz68/Vu5aotd2jIa2TxjccbQhvB2e175WCEhrs+jIczX6/nGZCEic520fO8e+ge6iQHEpT6fz1+AWsyusz0AQAA',
      sets: 'H4sIAAAAAAACAxNhYGBgZmBiYGJgYBDIYAADAJgGgUEUAAAA',
      elements: {},
    },
    {
      family: 1,
      table: 't',
      rules:
        'H4sIAAAAAAACA9WXz27aQBDGv1kbsB0LTEKlHHrgwCGHHEjFgUMPrdRDj32DyA1ug4rBShykvk2PfZg+Tg6RqkrVrNdo+WN7jaigFpKxNTs7+5tvZtc/ADQ94RCA4B4gwG2CkAJwIPC4vIMPC+pyE9gYgXAGwvwp/hrNgQEEHB4JEI8BIJxsDDmw5cCxGjNbLL49JcAVhHy+vY3DZJjNldlnczloyPuAiuNrQSC6gR6f9wwbAxBcEOIoDfllT8Yn/Qd5nNcgGfNdnKC/Hb/02QChCYBt2yBM4ziaTMM0AnCpjfHVf+8581tiK9iW4+//Bj6qGOZhirfVDEkxEY6Miu8tvluVjN6sMTo7MiNxDEYfShg1IZBgjZHfo1JGnbqM+InrxgchCb/PFuFkV93k+g/UemyDPLklfr0NTkL5FaONehwo5ksU16IjajFs+1kOJIZfp8HTMvHfYp1y7zlwjRjEu5Wn4Uae+qu++Rila30zy5FxHbquO9Zq69qotmQt0bt6tdTRdNC2yT4JrkX6j7f1v2K7Zy9yVS9y8140rMcv0Ph1/kXvPhQ/rpvpspjfvnpL6/WdrsYrGItSXs06vHh9UXp/zD7m5/tChX9i//yOhGUfUi/dPfVS4b/B/jmn/KuwtVa2DbN+J23dzNYD4SGaTB8AvC7mLD7V09y5prluTxx2r/PqaeRSMXeGmv8d9ghgSZ9/VOCn0FdM/Oe5H+/IvT4H66CnrS//hjE9f/IiKnq+Z3r+/Fmv519oejqfkY0rFceX6eddurVyjib8HNV3/oN80yrfrvnZhoho371mVC9Pr7Q8XbzgNL4ZSr+1bw62P+fnmfc9FiAEcmZ8/QWVOZzYWBAAAA==',
      sets: 'H4sIAAAAAAACA5XST0rDQBTH8e/8aTKxCQYMuvUIsSi0pymiLbooCC3Fg7hw0YVLL+OZIi+Z2hmtib7FPIYJMx9+LzsgO9FooHwABVmCYgMkaFZATomvkcNIdw4rvXCMpGtHAqgPR9qeX1KAlVtV+6F12EJ2JN2ejAvOqJ+XvqaTm3q6vK7BUbV37gZs29iWxLb13paLrWkavK3sbHzZzP9t6qXHlqJ53Ea21Nvy47nJeWuz50Fusnai30yzehGY3ntMYzTz+er2qY5czrvG3mW9yx7PTEXzVEFmORlOXgR9JLv7u2Cur4PO9WITOwvvNN/zO/xnpsKKVeWC2+fX75rVk8D19pf8riJX5V2n3pWG+QVzdT/n2ppCnxmar6yGg0/qE8tCVv3AAwAA',
      elements: {
        m: 'H4sIAAAAAAACA43NMQ5FUBhE4e+/VyRPFAo9pYW8BdBagUZnIZYsVyM605xMziSzoW2SQLcp/NXCgVqy4y8bhVYozkwn3b0hhtPbLy+frEwffipZj+zZlVzJFMB6pAAAAA==',
        v: 'H4sIAAAAAAACA43MIQ7CQBQA0ff/kk1pEBUreoRKBIdBkmDwkF6Oq5FsU1XLmDGTueMypsD0svtchQ+qtOKmuApNmITxISriyyw1aRB6779Beq9Pyx/fk6KhOLqdDba54DKUAAAA',
        iv: 'H4sIAAAAAAACA43NsQ2DQBSD4e/dReFAV6SgSMEAjMMQFNAjdsxW0VWQLm4s2f7lA3VIAq9N8/4pHOgk+8kiewtVaJ0PRYaY7vlKlRRhoP9hXMz8x+dDNiK7dk1f9ijkTbAAAAA=',
        __map0:
          'H4sIAAAAAAACA43NOwrCUBQE0HPvE78pLFK4BAsL41rsg4VgI1hYunThSdKIhZBphoED80KzToHtzdCrufDERur7++Vx5KzYC42wFKPfSa0cd631vZCuJz/OP9dxmPg9U7QovnbIB9Eq6U68AAAA',
        __set0:
          'H4sIAAAAAAACA43MOwqAMAAE0Rcjgp8ihegFLC08iHewEuzN/ZFUYuc2y7DD7hi6SkC6lG4bQUavchz3mTcWURIMgrKbfHlm/flVi0ZEr1vyAGcqs2SMAAAA',
        __map1:
          'H4sIAAAAAAACA43NMQ7CMBSD4e8lCCVphw4MjByAhbuwV2xdkBgYuXtRkBAd8WLZ8i+/MLYkMC26173wxCCZ5/vtceEqOwqjUIRWKTLEadsXJumT+6bVdd1yXV/u/Of3TnZA9tt2vQG5mFGLvAAAAA==',
      },
    },
  ],
  four: 'H4sIAAAAAAACA8tLLGHAB6ShdAcjA8P/////KzAxMFQwMzB8QBJ7ABXjYmBgeMAGUc/IxAym////z5BakqGNzw6QGnwAaiTDAoYPDIxY5A0YSpILGPDbkMyQDOcFMLj4OYbgVAx2OScnJyeyIDqfIYohioHGoIBhBlb/ahDQ949QgFLBXUwUuqseFjNUcRGTAIicwXCAgQOruxJTUopKKgtSsWpmZGBgIcr9B1hoH98cgzS+BQaluzZgFXdgcA0K8g/Cqc/N35+BnkAQXn7dwBq/BgylKYTKL1MGUzjPgiHI1cUzyNUZRxkGKjOQ86fIS5GXgzHd/h6k6QO/LAMDAEBbcxA0BwAA',
  six: 'H4sIAAAAAAACA8tLLGHAB6Sh9A9GBob/////P8HEwDCDmYFBgxFTjI2BgSGAFdOMv6hcDBX/0QADhYCNgYERxr7BoMHIiEOdAUNJcgGmMBMzAwMDJycn2GUBDAFwiQAGFz/HECgniiEKmz40vzKh8+UnyE9gGIRgBcMFBlzhpIHGL2CYwcCExP9HhTijhX+YiPMPIwMDC4r4YPUPB27/4HXvYPWPAJHpbWj45wVOOQcG16Ag/yCGBQw3sMYhRBY3AAAiiv5PpAUAAA==',
} as const;
