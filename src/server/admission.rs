//! How many WebSockets one address may have open. Not here: the cap over all connections (`listener`).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts open sockets per address.
#[derive(Clone)]
pub struct Admission {
    per_address_max: usize,
    /// Innermost lock; held for one look-up. An address without open sockets has no entry.
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One open socket; counted until it is dropped.
pub struct Admitted {
    admission: Admission,
    address: IpAddr,
}

/// The address has as many sockets open as it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowded;

impl Admission {
    /// `per_address_max` 0 = no limit.
    #[must_use]
    pub fn new(per_address_max: usize) -> Self {
        Self { per_address_max, open: Arc::default() }
    }

    /// Counts one more socket of this address.
    ///
    /// # Errors
    /// [`Crowded`] when it would be one too many.
    pub fn admit(&self, address: IpAddr) -> Result<Admitted, Crowded> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if self.per_address_max > 0 && *count >= self.per_address_max {
            return Err(Crowded);
        }
        *count += 1;
        drop(open);
        Ok(Admitted { admission: self.clone(), address })
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut open = self.admission.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const AWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn one_address_cannot_take_every_place() {
        let admission = Admission::new(2);
        let first = admission.admit(HOME).unwrap();
        let _second = admission.admit(HOME).unwrap();
        assert_eq!(admission.admit(HOME).err(), Some(Crowded));
        assert!(admission.admit(AWAY).is_ok());
        drop(first);
        assert!(admission.admit(HOME).is_ok());
    }

    #[test]
    fn an_address_that_left_costs_no_memory() {
        let admission = Admission::new(0);
        drop(admission.admit(HOME).unwrap());
        assert!(admission.open.lock().unwrap().is_empty());
    }
}
