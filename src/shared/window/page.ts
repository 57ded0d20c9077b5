/** Stands in the built page where the nonce goes that whoever serves it draws for each load. */
export const NONCE_PLACE = 'branchline-nonce-goes-here';
