/** Records of one type at one name, and values of one family in a pool: what BIND allows too since CVE-2024-1737. */
export const MAX_RECORDS = 100;

/** Links of a CNAME chain that an answer follows. */
export const MAX_CNAME_LINKS = 8;

/** Levels of pools within a pool. */
export const MAX_NESTING = 8;
