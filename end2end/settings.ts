// Settings of the servers that tests start.

/** No limits by rate or number, since a test run is one very busy guest. Limits of size stay as they are. */
export const limitsOff: Record<string, string> = {
  TEAHOUSE_LIMITS_CONNECTIONS_PER_ADDRESS: "0",
  TEAHOUSE_LIMITS_FRAMES_PER_MINUTE: "0",
  TEAHOUSE_LIMITS_HANDSHAKES_PER_MINUTE: "0",
  TEAHOUSE_LIMITS_NEW_ROOMS_PER_HOUR: "0",
  TEAHOUSE_LIMITS_NICKNAMES_PER_MINUTE: "0",
  TEAHOUSE_LIMITS_READS_PER_MINUTE: "0",
  TEAHOUSE_LIMITS_SENDS_PER_MINUTE: "0",
  TEAHOUSE_ROOMS_MAX_ROOMS: "0",
};
