/** Records of one type at one name, and in one answer: what BIND allows too since CVE-2024-1737. */
export const MAX_RECORDS = 100;

/** Values of one type in a pool, those of the pools in it included; an answer holds at most {@link MAX_RECORDS} of them. */
export const MAX_POOL_VALUES = 1000;

/** CNAMEs of a chain that an answer follows to its end, as many as BIND does. */
export const MAX_CNAME_LINKS = 11;

/** Levels of pools within a pool. */
export const MAX_NESTING = 8;
