//! Under which host names this server answers. A page of another site can make its own name point to this server's address
//! (DNS rebinding), and then counts as a page of ours: the name in the request gives it away.

use crate::server::config::{Scheme, ServerConfig, WebOrigin};

/// The host names of this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// All names, since no setting says which are ours.
    Any,
    /// These, in lower case.
    Only(Vec<String>),
}

impl Hosts {
    /// Takes over `hosts`, or the host of `public_origin` when there are none.
    #[must_use]
    pub fn new(config: &ServerConfig) -> Self {
        if !config.hosts.is_empty() {
            let is_any = config.hosts.iter().any(|host| host == "*");
            return if is_any { Self::Any } else { Self::Only(config.hosts.clone()) };
        }
        let public = config.public_origin.as_deref().and_then(WebOrigin::parse);
        public.map_or(Self::Any, |origin| Self::Only(vec![origin.host().to_owned()]))
    }

    /// Whether a request for this `host[:port]` is meant for this server. An address always is: nobody but its owner can
    /// make a browser send it here. So is `localhost`.
    #[must_use]
    pub fn contain(&self, authority: &str) -> bool {
        let Self::Only(names) = self else { return true };
        let Some(asked) = WebOrigin::of_host(Scheme::Http, authority) else { return false };
        let name = asked.host().trim_end_matches('.');
        asked.is_loopback() || asked.address().is_some() || names.iter().any(|own| own == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(hosts: &[&str], public_origin: Option<&str>) -> Hosts {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        Hosts::new(&ServerConfig { hosts, public_origin: public_origin.map(str::to_owned), ..ServerConfig::default() })
    }

    #[test]
    fn a_name_that_somebody_else_points_here_is_refused() {
        for own in [hosts(&["chat.example.org"], None), hosts(&[], Some("https://chat.example.org:8443"))] {
            for (asked, expected) in [
                ("chat.example.org", true),
                ("Chat.Example.ORG:8080", true),
                ("chat.example.org.", true),
                ("localhost:8080", true),
                ("tea.localhost", true),
                ("127.0.0.1:8080", true),
                ("192.0.2.7", true),
                ("[::1]:8080", true),
                ("[2001:db8::7]", true),
                ("evil.example", false),
                ("chat.example.org.evil.example", false),
                ("evil-chat.example.org", false),
                ("localhost.evil.example", false),
                ("127.0.0.1.evil.example", false),
                ("", false),
                ("a b", false),
            ] {
                assert_eq!(own.contain(asked), expected, "{asked:?}");
            }
        }
    }

    #[test]
    fn any_name_is_ours_when_nobody_said_which_are() {
        for any in [hosts(&[], None), hosts(&["*"], Some("https://chat.example.org"))] {
            assert_eq!(any, Hosts::Any);
            assert!(any.contain("evil.example"));
        }
    }
}
