// Profiles of AppArmor as the kernel takes them. The rule userns needs apparmor_parser 4, which Debian 12 has not; so they are
// here as it compiled them:
//   apparmor_parser --skip-kernel-load --skip-cache --kernel-features FEATURES --ofile FILE PROFILE && gzip -9 FILE
// with FEATURES the blocks capability, caps, file, mount, namespaces and policy of /etc/apparmor.d/abi/4.0, and in policy
// set_load and versions alone.

/** By name: the binary, packed by gzip, in base64. */
export const apparmorProfiles = {
  /*
abi <abi/4.0>,
profile nscope-no-userns flags=(attach_disconnected) {
  file, capability, network, signal, ptrace, mount,
}
  */
  'nscope-no-userns':
    'H4sIAAAAAAACA+1Xy27TQBQ9dp3YfaVP+n6k7wdU6gIQC/gEVuxBpk1KpCiJkoDKBnZ8AAu2SEjsYM0WsaGs6Iov4AfYIiE4M5mJ' +
    '7XHculKR2ir36MwZ33s944ytyVzHw7NCvVGqVmC7+TwcD7V6tVgqF+BmRlBp7FVrhZ1Kdedpo1CvNOBkUSz7Bw24NmhB4zn9qPnN' +
    'J49aYdsRgb80I89xsefXGrdvcoQOYc/pRa1aLu09338Ml7P5/n7RR3Y1B2mzDw/vUaaAXB6oVJvFcuFQBCw4rQzsIDBHMWz2haTb' +
    '8fkvj9mJz2+RPeo9ZMh+cpW8Sz4gS+QL8jX5nvxEfiV/kD/JX+QfDuORo+QsuUJuk7vkLfIOc36Lz0dNeZ/0ySb5inxDviM/khzf' +
    '+kwekd/JY/IDn842nt8hMsie8zp5eh77WK6HLedw1RrpnF70cZ0GMIgchjDMrBGMYgzjuIYJTPL7n8YMZjGHRcxjga15BxLvgLpD' +
    '5OexhGWsyPch8teoSflnyz5LbvpnTpuXLitNzmnxk3/ZSbHkMdexgU1sYRvXcUN6FhhbTMju5It7zOvoVbgf9Fpt+veYNi9dVpqc' +
    '0+JJ/vD6gh7hW4z4oNY87jGvxVV4lK5dJeuJ7Nc98pzR+lew2jluDFYHXwsLSj0DiHnMSG8EMDQe6QsBhsYj/W3A0HhkQAHtngkd' +
    'GZSA0jh0JAdxvsslQEeG2BtKgI4MJwBKRwjINgzt4fmCjEJ7xmKA0vEI5olxxsT+HgaUToQApZNtQOmUApROS0DpDAHZin2Nx2KJ' +
    'OYm8AgzNxyJLEjA0gPYsE5BtoAG0h2cyciWkAbRnVQJKA2jPmgEoXQ8B3G3XJTfaELYhuakgbFNyS0LYluS23MEh21ava1fGvKBk' +
    '/OZE6kXnKKFeDE74b7+8DFWOu2pvj+edXP9kjdrH0rWtGteO5NmyCsgEdYFlR2qB/1mpde0SnDssO/L9nL9ZnKv7RVz0fe0ftTN3' +
    'l6kTAAA=',
  /*
abi <abi/4.0>,
profile nscope-no-mount flags=(attach_disconnected) {
  file, capability, network, signal, ptrace, userns,
}
  */
  'nscope-no-mount':
    'H4sIAAAAAAACA2PhYChLLSrOzM9jYGJXUGBg4WAoKMpPy8xJZWBnFWDIK07OL0jVzcvXzc0vzSthYGFjSMtJTC9mYGdiAAIEwcHC' +
    'zVCQWJIRD5FmYgFJ/AcCNHUs7AzJiQXFZiZAE7BIc7BwMhTk52QmV6YkMbADbUtMTElLZGDbCjIPBKTjKmyBlATQpA0MDHn5JWk5' +
    'qRUgCUYGmBIYDWPzgFnsWOURgImAPAvEgRjyHDBxRpg5CBNxA2aGUTA8ATNaemCEyzDi0cU4GnDDE3AgyrCTLKjl1wkc5RcbXPP8' +
    'Q/VI5Y8BWjnGhtdiJqzqGKGYCUu5xgYvtViBEFGuMdG4vGLCUeKOgsFZrjERqNsoBYxAu0ZTxGAv1wBvGv9iOQoAAA==',
} as const;
