//! What the numbers of a script mean.

use std::slice::Iter;

use teahouse::model::connection::Input as ConnectionInput;

use super::network::{Fate, Weather};
use super::world::{CLIENTS, World};

/// The numbers of a script, taken one after the other.
pub struct Script<'a>(Iter<'a, u16>);

impl<'a> Script<'a> {
    pub fn new(numbers: &'a [u16]) -> Self {
        Self(numbers.iter())
    }

    /// The next number below `below`; none when the script is over.
    fn next(&mut self, below: usize) -> Option<usize> {
        self.0.next().map(|number| usize::from(*number) % below)
    }

    fn fate(&mut self) -> Option<Fate> {
        self.next(usize::MAX).map(Fate::of)
    }
}

impl World {
    /// One step of the script.
    pub(super) fn act(&mut self, script: &mut Script<'_>) -> Option<()> {
        match script.next(100)? {
            0..=9 => {
                let client = script.next(CLIENTS)?;
                self.say(client);
            }
            10..=19 => {
                let ms = [50, 500, 3_000, 30_000][script.next(4)?];
                self.pass(ms);
            }
            20..=35 => {
                let (wire, fate) = (script.next(8)?, script.fate()?);
                self.upward(wire, fate);
            }
            36..=51 => {
                let (wire, fate) = (script.next(8)?, script.fate()?);
                self.downward(wire, fate);
            }
            52..=57 => {
                let wire = script.next(8)?;
                self.write(wire);
            }
            58..=62 => {
                let mut weather = Weather::of(script.next(usize::MAX)?);
                (0..4).for_each(|_| self.bustle(&mut weather));
            }
            63..=69 => {
                let which = script.next(8)?;
                self.store.let_read(which);
                self.poll_members();
            }
            70..=75 => {
                let most = script.next(4)?;
                self.store.commit(most + 1);
            }
            76..=80 => self.answer(),
            81..=86 => self.announce(),
            87..=90 => {
                let (wire, how) = (script.next(8)?, script.next(3)?);
                self.cut(wire, how);
            }
            91 => self.check_members(),
            92 => {
                let client = script.next(CLIENTS)?;
                self.clients[client].look(self.now_ms);
                self.grant(client);
            }
            93 => self.crash(),
            94 => {
                let client = script.next(CLIENTS)?;
                self.reload(client);
            }
            95 => {
                let (client, input) = (script.next(CLIENTS)?, script.next(3)?);
                let input =
                    [ConnectionInput::Offline, ConnectionInput::Online, ConnectionInput::Attended][input].clone();
                self.feed(client, input);
            }
            96 => self.burst(),
            97 => self.fill_holes(),
            98 => match script.next(4)? {
                0 => self.restore(),
                1 => self.put_back(),
                2 => self.backup = self.disk.lock().unwrap().clone(),
                _ => self.read_pages(),
            },
            _ => self.drain(),
        }
        Some(())
    }
}
