//! The sections that are our own: every setting with name, type, default, unit, meaning of 0, and one line of documentation.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use super::setting::Zero::{Means, NotANumber, Refused};
use super::setting::settings;
use super::value::LogFormat;
use crate::model::address::UNNAMED_LOBBY;

pub(super) const DEFAULT_ADDR: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8_080);

const NO_LIMIT: super::Zero = Means("no limit");
const ONE_AT_A_TIME: super::Zero = Means("one at a time");

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

settings! {
    /// `[server]`: sockets, origins, TLS, logs.
    server: ServerConfig {
        /// Address to listen on. Port 0 takes any free port.
        addr: SocketAddr = DEFAULT_ADDR, None, NotANumber;
        /// Address of the site as browsers see it, such as `https://chat.example.org`. Set it when a proxy stands in front. Unset: taken from the request's `Host` header.
        public_origin: Option<String> = None, None, NotANumber;
        /// Other web sites (origins) whose pages may use the member socket and the API.
        allowed_origins: Vec<String> = Vec::new(), None, NotANumber;
        /// Host names under which this server answers, such as `chat.example.org`; `*` is any. A request for another host is refused with 421, except for IP addresses and `localhost`. Empty: the host of `public_origin`, or any host when that is unset.
        hosts: Vec<String> = Vec::new(), None, NotANumber;
        /// Whose pages may use the plain socket besides our own: origins, `loopback` (pages served by this machine, at any port), `file` (pages opened from a file, if they ask for this server at `localhost` or a loopback address; sandboxed frames of any site look the same), or `*`. Other pages are refused with 403. Programs send no `Origin` and are always accepted.
        plain_origins: Vec<String> = vec!["file".to_owned(), "loopback".to_owned()], None, NotANumber;
        /// Networks of your reverse proxies. Only their `X-Forwarded-For` and `X-Forwarded-Proto` headers are believed.
        trusted_proxies: Vec<IpNet> = Vec::new(), None, NotANumber;
        /// PEM file of the certificate chain. With `tls_key`, the server speaks HTTPS. SIGHUP reads it again.
        tls_cert: Option<PathBuf> = None, None, NotANumber;
        /// PEM file of the private key. SIGHUP reads it again.
        tls_key: Option<PathBuf> = None, None, NotANumber;
        /// Threads that send messages to the sockets. Each connection belongs to one of them.
        fan_out_threads: usize = 0, Count, Means("one for each processor");
        /// Stored messages that may wait to be sent. When the queue is full, posts are answered later, so that senders slow down.
        fan_out_queue: usize = 4_096, Count, NO_LIMIT;
        /// About how many bytes of a room's waiting messages are sent in one write.
        fan_out_write_bytes: usize = 65_536, Bytes, NO_LIMIT;
        /// How long a busy sending thread pauses, so that more messages share the next write.
        fan_out_rest: Duration = ms(10), Milliseconds, Means("never");
        /// WebSocket messages of at least so many bytes are sent compressed to clients that support it (RFC 7692).
        compression_threshold_bytes: usize = 512, Bytes, Means("no compression");
        /// Format of the server's own log: `text` or `json`.
        log_format: LogFormat = LogFormat::Text, None, NotANumber;
        /// What the server logs, as a `tracing` filter such as `info` or `teahouse=debug`.
        log_filter: String = "info".to_owned(), None, NotANumber;
    }
}

settings! {
    /// `[store]`: where the log lives.
    store: StoreConfig {
        /// Folder of the database. It is created when it is missing.
        data: PathBuf = PathBuf::from("./data"), None, NotANumber;
        /// Writes that may wait for the database. When there are more, posts are refused with `busy`, and clients send them again.
        write_queue: usize = 4_096, Count, Refused;
        /// Most writes in one transaction.
        group_commit_max: usize = 256, Count, Refused;
        /// How long the database writer waits for more writes when several come at once. A single write never waits.
        commit_delay: Duration = ms(1), Milliseconds, Means("not at all");
        /// Database connections for reading.
        readers: usize = 2, Count, Refused;
        /// How long a write waits while another program holds the database. Then it is refused with `busy`.
        lock_timeout: Duration = ms(5_000), Milliseconds, Means("as long as it takes");
        /// Free space to keep on the disk. When less is left, posts, new rooms and nicknames are refused with `disk_full`; reading and signing out go on.
        disk_reserve_mb: u32 = 256, Mebibytes, Means("only when it is completely full, and then signing out may be refused too");
    }
}

settings! {
    /// `[rooms]`: rooms, presence, names.
    rooms: RoomsConfig {
        /// Name of the lobby. `Lobby` is shown in the language of the reader's page.
        lobby_title: String = UNNAMED_LOBBY.to_owned(), None, NotANumber;
        /// Most rooms. When there are as many, new ones are refused. From four fifths of them on, the log warns with each new room.
        max_rooms: u32 = 1_000, Count, NO_LIMIT;
        /// A room in which nobody ever posted is removed after this time.
        empty_room_ttl: Duration = Duration::from_secs(168 * 3_600), Hours, Means("never");
        /// How long somebody is still shown as here after the last tab closed, so that a reload does not flicker.
        leave_grace: Duration = ms(5_000), Milliseconds, Means("gone at once");
        /// How often changes of who is here and who is typing are sent.
        presence_tick: Duration = ms(250), Milliseconds, Means("at once");
        /// Most presence notices that a room sends in a second, counted once for each receiver. Large rooms send them less often, so that they stay below it.
        presence_notices_per_second: u32 = 5_000, Count, NO_LIMIT;
        /// How often a changed room list is sent to everybody.
        room_list_tick: Duration = ms(2_000), Milliseconds, Means("at once");
        /// Most rooms in one such update. The others come with the next one.
        room_list_changes: usize = 100, Count, NO_LIMIT;
        /// Rooms whose newest page is kept in memory for people who reconnect.
        recent_pages: usize = 64, Count, Means("none");
        /// Memory for drawn pages of rooms, which all readers share. When it is full, the pages that nobody asked for the longest are dropped and drawn again on demand.
        drawn_pages_bytes: usize = 16 * 1_024 * 1_024, Bytes, Means("none are kept");
        /// Least time between two drawings of the same page. A reader who asks sooner after a change waits for the next drawing.
        drawn_pages_tick: Duration = ms(50), Milliseconds, Means("drawn at once");
        /// How long a nickname that is not used stays reserved for its owner.
        nickname_ttl: Duration = Duration::from_secs(720 * 3_600), Hours, Means("for ever");
        /// After somebody who has posted gives a nickname back, nobody else may take it for this time.
        nickname_rest: Duration = Duration::from_secs(24 * 3_600), Hours, Means("free at once");
        /// How long a deleted message can be restored by its author. Until then the database keeps its text, which nobody is shown; then the text is removed.
        restore_window: Duration = Duration::from_secs(3_600), Hours, Means("removed at once, and not restored");
        /// Names that nobody may take, also not with punctuation or spaces added.
        reserved_nicknames: Vec<String> = RESERVED_NICKNAMES.map(str::to_owned).to_vec(), None, NotANumber;
    }
}

const RESERVED_NICKNAMES: [&str; 11] =
    ["system", "admin", "administrator", "moderator", "teahouse", "茶馆", "server", "bot", "everyone", "all", "here"];

settings! {
    /// `[limits]`: every one can be turned off with 0.
    limits: LimitsConfig {
        /// Longest message, in characters as people count them. A longer one is refused, and its text stays in the composer.
        message_graphemes: u32 = 4_000, Graphemes, NO_LIMIT;
        /// Longest message in bytes, since one character may have any number of bytes. A longer one is refused in the same way.
        message_bytes: usize = 16_384, Bytes, NO_LIMIT;
        /// Most different reactions to one message. Another one is refused.
        message_reactions: u32 = 20, Count, NO_LIMIT;
        /// How long after its message an edit may come. A later one is refused.
        edit_window: Duration = Duration::from_secs(24 * 3_600), Hours, NO_LIMIT;
        /// How long after it was posted a message may be deleted. A later deletion is refused.
        delete_window: Duration = Duration::from_secs(168 * 3_600), Hours, NO_LIMIT;
        /// Longest nickname, in characters as people count them. A longer one is refused.
        nickname_graphemes: u32 = 24, Graphemes, NO_LIMIT;
        /// Longest WebSocket message from a client. A longer one closes the connection with code 1009.
        frame_bytes: u32 = 65_536, Bytes, NO_LIMIT;
        /// Longest body of an HTTP request. A longer one is refused with 413.
        request_bytes: usize = 131_072, Bytes, NO_LIMIT;
        /// Longest head of an HTTP request (request line and headers). A longer one is refused with 431.
        request_head_bytes: usize = 32_768, Bytes, Means("only hyper's own bound, about 400 KiB");
        /// Most open connections, HTTP and WebSocket. When there are as many, a new one replaces the HTTP connection that is idle the longest; when none is idle, the new one is refused.
        connections: usize = 20_000, Count, NO_LIMIT;
        /// Most open connections of one client address (an IPv4 address or an IPv6 /64 network), in the same way.
        connections_per_address: usize = 200, Count, NO_LIMIT;
        /// Most handshakes and joins that are worked on at the same time, a quarter of them for one client address and half for one client network. The others wait, so that arrivals do not delay people who are already in.
        arrivals: usize = 16, Count, NO_LIMIT;
        /// How long a handshake or a join may wait for that. Then it is refused with `busy`.
        arrival_timeout: Duration = ms(10_000), Milliseconds, NO_LIMIT;
        /// A client network (an IPv4 /24 or an IPv6 /48) may do this many times what one address may. It never holds more than half of `arrivals`, nor more than half of `connections` unless `connections_per_address` is 0.
        network_factor: u32 = 8, Count, Means("no limit for a network but those that are named per network");
        /// New connections of one client address, HTTP and WebSocket. More are refused with 429 and the time to wait, or closed when they begin TLS. Connections of trusted proxies are not counted.
        connects_per_minute: u32 = 2_400, PerMinute, NO_LIMIT;
        /// How many of those may come at once before `connects_per_minute` slows them down.
        connects_burst: u32 = 1_200, Count, ONE_AT_A_TIME;
        /// TLS handshakes of one client address. More are closed. Those of trusted proxies are not counted.
        tls_handshakes_per_minute: u32 = 1_200, PerMinute, NO_LIMIT;
        /// How many of those may come at once before `tls_handshakes_per_minute` slows them down.
        tls_handshakes_burst: u32 = 600, Count, ONE_AT_A_TIME;
        /// HTTP requests of one client address, of any kind. More are refused with 429 and the time to wait.
        requests_per_minute: u32 = 6_000, PerMinute, NO_LIMIT;
        /// How many of those may come at once before `requests_per_minute` slows them down.
        requests_burst: u32 = 3_000, Count, ONE_AT_A_TIME;
        /// WebSocket handshakes of one client address. More are refused with 429 and the time to wait.
        handshakes_per_minute: u32 = 240, PerMinute, NO_LIMIT;
        /// How many of those may come at once before `handshakes_per_minute` slows them down.
        handshakes_burst: u32 = 240, Count, ONE_AT_A_TIME;
        /// Posts of one person. More are refused with the time to wait, and clients send them again after it.
        sends_per_minute: u32 = 60, PerMinute, NO_LIMIT;
        /// How many of those may come at once before `sends_per_minute` slows them down.
        sends_burst: u32 = 20, Count, ONE_AT_A_TIME;
        /// Posts of all people of one client address. More are refused in the same way.
        sends_per_minute_per_address: u32 = 600, PerMinute, NO_LIMIT;
        /// How many of those may come at once before `sends_per_minute_per_address` slows them down.
        sends_burst_per_address: u32 = 200, Count, ONE_AT_A_TIME;
        /// Text that one person posts. More is refused in the same way.
        send_bytes_per_minute: u32 = 65_536, BytesPerMinute, NO_LIMIT;
        /// How much text may come at once before `send_bytes_per_minute` slows it down.
        send_bytes_burst: u32 = 262_144, Bytes, ONE_AT_A_TIME;
        /// Text that all people of one client address post. More is refused in the same way.
        send_bytes_per_minute_per_address: u32 = 524_288, BytesPerMinute, NO_LIMIT;
        /// How much text may come at once before `send_bytes_per_minute_per_address` slows it down.
        send_bytes_burst_per_address: u32 = 2_097_152, Bytes, ONE_AT_A_TIME;
        /// WebSocket messages of any kind on one connection. More are refused, and `refused_frames` counts them.
        frames_per_minute: u32 = 240, PerMinute, NO_LIMIT;
        /// How many of those may come at once before `frames_per_minute` slows them down.
        frames_burst: u32 = 60, Count, ONE_AT_A_TIME;
        /// Nickname changes of one client address. More are refused with the time to wait.
        nicknames_per_minute: u32 = 60, PerMinute, NO_LIMIT;
        /// How many of those may come at once before `nicknames_per_minute` slows them down.
        nicknames_burst: u32 = 60, Count, ONE_AT_A_TIME;
        /// How often one person says how far they have read a room. More is refused with the time to wait, and clients say it after that.
        marks_per_minute: u32 = 60, PerMinute, NO_LIMIT;
        /// How many of those may come at once before `marks_per_minute` slows them down.
        marks_burst: u32 = 20, Count, ONE_AT_A_TIME;
        /// New rooms of one client address. More are refused with the time to wait.
        new_rooms_per_hour: u32 = 20, PerHour, NO_LIMIT;
        /// How many of those may come at once before `new_rooms_per_hour` slows them down.
        new_rooms_burst: u32 = 10, Count, ONE_AT_A_TIME;
        /// New rooms of one person. More are refused with the time to wait.
        new_rooms_per_hour_per_person: u32 = 10, PerHour, NO_LIMIT;
        /// How many of those may come at once before `new_rooms_per_hour_per_person` slows them down.
        new_rooms_burst_per_person: u32 = 5, Count, ONE_AT_A_TIME;
        /// New rooms of one client network (an IPv4 /24 or an IPv6 /48). More are refused with the time to wait.
        new_rooms_per_day_per_network: u32 = 40, PerDay, NO_LIMIT;
        /// How many of those may come at once before `new_rooms_per_day_per_network` slows them down.
        new_rooms_burst_per_network: u32 = 20, Count, ONE_AT_A_TIME;
        /// Pages, joins and reads of the API by one client address. More are refused with 429 and the time to wait.
        reads_per_minute: u32 = 600, PerMinute, NO_LIMIT;
        /// How many of those may come at once before `reads_per_minute` slows them down.
        reads_burst: u32 = 300, Count, ONE_AT_A_TIME;
        /// Searches of one person with a nickname. More are refused with the time to wait.
        searches_per_minute: u32 = 20, PerMinute, NO_LIMIT;
        /// How many of those may come at once before `searches_per_minute` slows them down.
        searches_burst: u32 = 20, Count, ONE_AT_A_TIME;
        /// Searches of all people of one client address. More are refused in the same way.
        searches_per_minute_per_address: u32 = 100, PerMinute, NO_LIMIT;
        /// How many of those may come at once before `searches_per_minute_per_address` slows them down.
        searches_burst_per_address: u32 = 50, Count, ONE_AT_A_TIME;
        /// Rooms that one connection may follow. Joining another one is refused.
        joined_rooms: usize = 50, Count, NO_LIMIT;
        /// Bytes that may wait for one connection. When there are more, its queued room messages are dropped and it is sent one `gap`; the client then fetches what it missed.
        sendq_bytes: usize = 1_048_576, Bytes, NO_LIMIT;
        /// Messages that may wait for one connection, in the same way.
        sendq_frames: usize = 1_024, Count, NO_LIMIT;
        /// A connection that overflows its queue twice within this time is closed as too slow. Its client reconnects and fetches what it missed.
        gap_interval: Duration = ms(60_000), Milliseconds, Means("never closed for it");
        /// A connection is closed after so many refused messages in a row.
        refused_frames: u32 = 20, Count, Means("never closed for it");
        /// Time for the head of a request. A connection that takes longer is closed.
        header_read_timeout: Duration = ms(10_000), Milliseconds, NO_LIMIT;
        /// How long an idle HTTP connection is kept open for the next request. Keep it longer than your load balancer's, which is often 60 s.
        keep_alive_timeout: Duration = ms(75_000), Milliseconds, NO_LIMIT;
        /// Time for a TLS handshake. A connection that takes longer is closed.
        tls_handshake_timeout: Duration = ms(10_000), Milliseconds, NO_LIMIT;
        /// Time for an HTTP request. One that takes longer is refused with `busy`.
        request_timeout: Duration = ms(15_000), Milliseconds, NO_LIMIT;
        /// How often a heartbeat is sent to each member.
        heartbeat: Duration = ms(25_000), Milliseconds, Means("no heartbeats");
        /// A connection from which nothing came for this time is closed.
        idle_timeout: Duration = ms(60_000), Milliseconds, NO_LIMIT;
        /// A connection that takes no bytes for this time is closed.
        write_timeout: Duration = ms(10_000), Milliseconds, NO_LIMIT;
        /// How long a stopping server waits for its clients. Then it closes the remaining connections. Containers are often killed after 10 s.
        drain_timeout: Duration = ms(8_000), Milliseconds, NO_LIMIT;
    }
}
