// A policy of SELinux that knows one thing: who is in the domain closed_t may not make user namespaces. Classes that it does
// not name are allowed. Compiled, packed by gzip and in base64:
//   checkpolicy -U allow -c 33 -o FILE SOURCE && gzip -9 FILE
/*
class process
class user_namespace
class security
sid kernel
(and so with each name of the kernel's table of initial SIDs, up to devnull)
class process { fork transition dyntransition setcurrent setexec getattr sigchld }
class user_namespace { create }
class security { load_policy setenforce compute_av }
type base_t;
type closed_t;
role system_r;
role system_r types { base_t closed_t };
allow base_t self:process { fork transition dyntransition setcurrent setexec getattr sigchld };
allow base_t closed_t:process { transition dyntransition sigchld getattr };
allow closed_t self:process { fork getattr sigchld setcurrent setexec };
allow closed_t base_t:process { sigchld };
allow base_t self:user_namespace create;
allow base_t self:security { load_policy setenforce compute_av };
user system_u roles { system_r };
sid kernel system_u:system_r:base_t
(and so with each)
*/
export const selinuxPolicy =
  'H4sIAAAAAAACA42U226DMAyGOfRA23Xn8262N+nN7na3B0BpcDs2SlASpiJN2gvshXe1JWDUCIFkIwvbfLF/IMrP39dv5Hne6/Pj' +
  'S5qX+ycTj4zb2sz4yjuYG7cWok8x9zFu80IKDkq1JZVu+VuWzHGKAs1LKSHXS+yTVLmWLFepTkVuscD4oTLCERshP2y/ifEtaKa1' +
  'tOm46Ql74D1avWO8B9jFx7xUIOOc7UAVjMMEn3AJTENfn6jz8iHmCszbpLpqdVspuZHKYYE9M8GSuBBZymvILuRiV5QaYvbZNypA' +
  'jxy5Yv0OXMdy6N9EuKaWVCkNu4ZdOT0CZ51bDztzJ51PtWYKYh05H9Eaz4SCJNYt6apFBeWQAn9gd/Xttq416gLjvrep4zZr4tD4' +
  'FGN7fddzm3hVx01W9fR+QPd7Noyr7Z7A3BGYWwJzQ2CuCcwVgbkkMBcE5pzAnBGYUwJzQmCOCcySwBwRmAWBmROYGYGJCMyUwEwI' +
  'zJjAjAhMSGACAuMTGKp1zyl/oN6eX/8LYRwXQgcAAA==';

export const closedLabel = 'system_u:system_r:closed_t';
