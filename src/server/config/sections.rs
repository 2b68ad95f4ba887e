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
        /// Address to listen on. Port 0 takes a free one.
        addr: SocketAddr = DEFAULT_ADDR, None, NotANumber;
        /// Origin as browsers see it behind a proxy, such as `https://chat.example.org`. Unset: the listener's scheme and the `Host` header.
        public_origin: Option<String> = None, None, NotANumber;
        /// Other origins that may use the member socket and the API.
        allowed_origins: Vec<String> = Vec::new(), None, NotANumber;
        /// Host names under which this server answers, such as `chat.example.org`; `*` is any. Requests for another host are refused with 421, except for addresses and `localhost`. Empty: the host of `public_origin`, or any when that is unset.
        hosts: Vec<String> = Vec::new(), None, NotANumber;
        /// Whose pages may use the plain socket besides our own: origins, `loopback` (pages of this machine at any port), `file` (opened from a file, of a server that is asked for at `localhost` or a loopback address; sandboxed frames of any site look the same), or `*`. Others are refused with 403. Programs, which send no `Origin`, always may.
        plain_origins: Vec<String> = vec!["file".to_owned(), "loopback".to_owned()], None, NotANumber;
        /// Networks whose `X-Forwarded-For` and `X-Forwarded-Proto` count.
        trusted_proxies: Vec<IpNet> = Vec::new(), None, NotANumber;
        /// PEM file of the certificate chain; with `tls_key`, the listener speaks HTTPS. Read again on SIGHUP.
        tls_cert: Option<PathBuf> = None, None, NotANumber;
        /// PEM file of the private key. Read again on SIGHUP.
        tls_key: Option<PathBuf> = None, None, NotANumber;
        /// Threads that send to the sockets. One connection is always served by the same one.
        fan_out_threads: usize = 0, Count, Means("one for each processor");
        /// Committed lines that may wait to be sent; when there are more, those who write are slowed down.
        fan_out_queue: usize = 4_096, Count, NO_LIMIT;
        /// About how much of what waits for a room is sent in one write.
        fan_out_write_bytes: usize = 65_536, Bytes, NO_LIMIT;
        /// How long a thread that has much to send may rest, so that more gathers for the next write.
        fan_out_rest: Duration = ms(10), Milliseconds, Means("never");
        /// WebSocket payloads of so many bytes are sent compressed to those who can read that (RFC 7692).
        compression_threshold_bytes: usize = 512, Bytes, Means("no compression");
        /// How log lines look: `text` or `json`.
        log_format: LogFormat = LogFormat::Text, None, NotANumber;
        /// What is logged, as a `tracing` filter such as `info` or `teahouse=debug`.
        log_filter: String = "info".to_owned(), None, NotANumber;
    }
}

settings! {
    /// `[store]`: where the log lives.
    store: StoreConfig {
        /// Folder of the database. Created when missing.
        data: PathBuf = PathBuf::from("./data"), None, NotANumber;
        /// Writes that may wait for the writer before senders are told `busy`.
        write_queue: usize = 4_096, Count, Refused;
        /// Most writes in one transaction.
        group_commit_max: usize = 256, Count, Refused;
        /// How long the writer lets writes gather while several come at a time. One that comes alone never waits.
        commit_delay: Duration = ms(1), Milliseconds, Means("not at all");
        /// Connections for reading.
        readers: usize = 2, Count, Refused;
        /// How long a write waits while another program holds the database; then its sender is told `busy`.
        lock_timeout: Duration = ms(5_000), Milliseconds, Means("as long as it takes");
        /// When the disk has less left, posting, new rooms and nicknames are refused with `disk_full`; reading and signing out go on.
        disk_reserve_mb: u32 = 256, Mebibytes, Means("only when it is full");
    }
}

settings! {
    /// `[rooms]`: rooms, presence, names.
    rooms: RoomsConfig {
        /// Title of the lobby. As long as it is `Lobby`, people read it in the language of their page.
        lobby_title: String = UNNAMED_LOBBY.to_owned(), None, NotANumber;
        /// Most rooms.
        max_rooms: u32 = 1_000, Count, NO_LIMIT;
        /// A room in which nobody ever said anything is removed after so long.
        empty_room_ttl: Duration = Duration::from_secs(168 * 3_600), Hours, Means("never");
        /// How long somebody whose last tab closed is still shown, so that a reload does not flicker.
        leave_grace: Duration = ms(5_000), Milliseconds, Means("gone at once");
        /// How often presence and typing changes are sent.
        presence_tick: Duration = ms(250), Milliseconds, Means("at once");
        /// Most presence changes that a room sends in a second, each follower counted: a crowd is told less often.
        presence_notices_per_second: u32 = 5_000, Count, NO_LIMIT;
        /// How often the room list is sent to everybody when it changed.
        room_list_tick: Duration = ms(2_000), Milliseconds, Means("at once");
        /// Most rooms in one such update; the others come with the next.
        room_list_changes: usize = 100, Count, NO_LIMIT;
        /// Rooms whose newest page is kept in memory for those who come back.
        recent_pages: usize = 64, Count, Means("none");
        /// Memory for the pages of rooms as they were drawn last for readers without a session. When it is used up, those that nobody asked for the longest are drawn anew.
        drawn_pages_bytes: usize = 16 * 1_024 * 1_024, Bytes, Means("none are kept");
        /// Least time between two drawings of the same page, which readers with a session share. Whoever asks sooner after a change waits for it.
        drawn_pages_tick: Duration = ms(50), Milliseconds, Means("drawn at once");
        /// How long an unused nickname stays owned by its session.
        nickname_ttl: Duration = Duration::from_secs(720 * 3_600), Hours, Means("for ever");
        /// How long a nickname rests that was given back by somebody who had spoken: until then nobody else may take it.
        nickname_rest: Duration = Duration::from_secs(24 * 3_600), Hours, Means("free at once");
        /// Names that nobody may take, whatever punctuation and spaces are put around and between their letters.
        reserved_nicknames: Vec<String> = RESERVED_NICKNAMES.map(str::to_owned).to_vec(), None, NotANumber;
    }
}

const RESERVED_NICKNAMES: [&str; 11] =
    ["system", "admin", "administrator", "moderator", "teahouse", "茶馆", "server", "bot", "everyone", "all", "here"];

settings! {
    /// `[limits]`: every one can be turned off with 0.
    limits: LimitsConfig {
        /// Longest message.
        message_graphemes: u32 = 4_000, Graphemes, NO_LIMIT;
        /// Longest message, since a grapheme may have any number of bytes.
        message_bytes: usize = 16_384, Bytes, NO_LIMIT;
        /// Most different reactions to one message; beyond it, another one is refused.
        message_reactions: u32 = 20, Count, NO_LIMIT;
        /// Longest nickname.
        nickname_graphemes: u32 = 24, Graphemes, NO_LIMIT;
        /// Longest WebSocket frame and message from a client.
        frame_bytes: u32 = 65_536, Bytes, NO_LIMIT;
        /// Longest HTTP request body.
        request_bytes: usize = 131_072, Bytes, NO_LIMIT;
        /// Longest request head (request line and headers).
        request_head_bytes: usize = 32_768, Bytes, Means("only hyper's own bound, about 400 KiB");
        /// Most connections in all, HTTP and WebSocket. When there are as many, the longest idle HTTP connection is closed for a new one; new ones are refused when none is idle.
        connections: usize = 20_000, Count, NO_LIMIT;
        /// Most connections of one client address (an IPv4 address or an IPv6 /64 network), HTTP and WebSocket, to the same effect.
        connections_per_address: usize = 200, Count, NO_LIMIT;
        /// Most people who are let in at the same moment, a quarter of them of one client address and half of one client network; others wait for their turn, so that those who are in do not.
        arrivals: usize = 16, Count, NO_LIMIT;
        /// Time that somebody may wait for that turn; then a handshake or a join is refused as busy, with the wait.
        arrival_timeout: Duration = ms(10_000), Milliseconds, NO_LIMIT;
        /// A client network (an IPv4 /24 or an IPv6 /48) may do so many times what one address of it may, but holds half of `arrivals` at most, and half of `connections` unless `connections_per_address` is 0.
        network_factor: u32 = 8, Count, Means("networks are not limited");
        /// New connections of one client address, HTTP and WebSocket; beyond it, they are refused with the wait, and closed without a word where they speak TLS. Those of trusted proxies are free.
        connects_per_minute: u32 = 2_400, PerMinute, NO_LIMIT;
        /// New connections of one client address at once, while connects_per_minute is on.
        connects_burst: u32 = 1_200, Count, ONE_AT_A_TIME;
        /// TLS handshakes of one client address; beyond it, connections are closed without a word. Those of trusted proxies are free.
        tls_handshakes_per_minute: u32 = 1_200, PerMinute, NO_LIMIT;
        /// TLS handshakes of one client address at once, while tls_handshakes_per_minute is on.
        tls_handshakes_burst: u32 = 600, Count, ONE_AT_A_TIME;
        /// HTTP requests of any kind of one client address, whatever else they cost; beyond it, they are refused with the wait.
        requests_per_minute: u32 = 6_000, PerMinute, NO_LIMIT;
        /// HTTP requests of one client address at once, while requests_per_minute is on.
        requests_burst: u32 = 3_000, Count, ONE_AT_A_TIME;
        /// WebSocket handshakes of one client address; beyond it, they are refused with the wait.
        handshakes_per_minute: u32 = 240, PerMinute, NO_LIMIT;
        /// Handshakes of one client address at once, while handshakes_per_minute is on.
        handshakes_burst: u32 = 240, Count, ONE_AT_A_TIME;
        /// Lines of one person.
        sends_per_minute: u32 = 60, PerMinute, NO_LIMIT;
        /// Lines of one person at once, while sends_per_minute is on.
        sends_burst: u32 = 20, Count, ONE_AT_A_TIME;
        /// Lines of all people of one client address; beyond it, they wait with their writers.
        sends_per_minute_per_address: u32 = 600, PerMinute, NO_LIMIT;
        /// Lines of one client address at once, while sends_per_minute_per_address is on.
        sends_burst_per_address: u32 = 200, Count, ONE_AT_A_TIME;
        /// Text of one person that is kept; beyond it, lines wait with their writer.
        send_bytes_per_minute: u32 = 65_536, BytesPerMinute, NO_LIMIT;
        /// Text of one person that may come at once, while send_bytes_per_minute is on.
        send_bytes_burst: u32 = 262_144, Bytes, ONE_AT_A_TIME;
        /// Text of all people of one client address that is kept; beyond it, lines wait with their writers.
        send_bytes_per_minute_per_address: u32 = 524_288, BytesPerMinute, NO_LIMIT;
        /// Text of one client address that may come at once, while send_bytes_per_minute_per_address is on.
        send_bytes_burst_per_address: u32 = 2_097_152, Bytes, ONE_AT_A_TIME;
        /// Frames of any kind on one connection.
        frames_per_minute: u32 = 240, PerMinute, NO_LIMIT;
        /// Frames on one connection at once, while frames_per_minute is on.
        frames_burst: u32 = 60, Count, ONE_AT_A_TIME;
        /// Nickname changes of one client address.
        nicknames_per_minute: u32 = 60, PerMinute, NO_LIMIT;
        /// Nickname changes of one client address at once, while nicknames_per_minute is on.
        nicknames_burst: u32 = 60, Count, ONE_AT_A_TIME;
        /// New rooms of one client address.
        new_rooms_per_hour: u32 = 20, PerHour, NO_LIMIT;
        /// New rooms of one client address at once, while new_rooms_per_hour is on.
        new_rooms_burst: u32 = 10, Count, ONE_AT_A_TIME;
        /// New rooms of one person.
        new_rooms_per_hour_per_person: u32 = 10, PerHour, NO_LIMIT;
        /// New rooms of one person at once, while new_rooms_per_hour_per_person is on.
        new_rooms_burst_per_person: u32 = 5, Count, ONE_AT_A_TIME;
        /// Pages, joins and reads of the API by one client address; beyond it, they are refused with the wait.
        reads_per_minute: u32 = 600, PerMinute, NO_LIMIT;
        /// Pages, joins and reads of one client address at once, while reads_per_minute is on.
        reads_burst: u32 = 300, Count, ONE_AT_A_TIME;
        /// Rooms that one connection may follow.
        joined_rooms: usize = 50, Count, NO_LIMIT;
        /// What may wait for one connection; beyond it, what waits of its rooms is given up, and the client fetches it again.
        sendq_bytes: usize = 1_048_576, Bytes, NO_LIMIT;
        /// Frames that may wait for one connection, to the same effect.
        sendq_frames: usize = 1_024, Count, NO_LIMIT;
        /// A connection for which that happens again within this time is closed as slow.
        gap_interval: Duration = ms(60_000), Milliseconds, Means("never closed for it");
        /// Refused frames in a row before the connection is closed.
        refused_frames: u32 = 20, Count, Means("never closed for it");
        /// Time for a request's head; a connection whose head takes longer is closed.
        header_read_timeout: Duration = ms(10_000), Milliseconds, NO_LIMIT;
        /// Time that a connection is kept open between two requests; longer than balancers keep theirs, which is 60 s mostly.
        keep_alive_timeout: Duration = ms(75_000), Milliseconds, NO_LIMIT;
        /// Time for a TLS handshake.
        tls_handshake_timeout: Duration = ms(10_000), Milliseconds, NO_LIMIT;
        /// Time for a request without WebSocket.
        request_timeout: Duration = ms(15_000), Milliseconds, NO_LIMIT;
        /// How often a heartbeat is sent.
        heartbeat: Duration = ms(25_000), Milliseconds, Means("no heartbeats");
        /// Silence after which a connection is closed.
        idle_timeout: Duration = ms(60_000), Milliseconds, NO_LIMIT;
        /// Time that one write to a socket may take.
        write_timeout: Duration = ms(10_000), Milliseconds, NO_LIMIT;
        /// Time that a stop may wait for clients; whoever is connected then is cut off. Containers are killed after 10 s.
        drain_timeout: Duration = ms(8_000), Milliseconds, NO_LIMIT;
    }
}
