//! A disk that a test can fill.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A small file system of its own, where this machine lets us make one.
pub struct SmallDisk(pub TempDir);

impl SmallDisk {
    /// Mounts one. Where that cannot be done, says so and gives none: nothing is left out in silence.
    pub fn mount(mebibytes: u32) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "teahouse-test"]).arg(folder.path());
        match mount.output() {
            Ok(output) if output.status.success() => Some(Self(folder)),
            Ok(output) => skipped(&String::from_utf8_lossy(&output.stderr)),
            Err(error) => skipped(&error.to_string()),
        }
    }

    /// Lets it be written, or not: `rw` or `ro`.
    pub fn remount(&self, access: &str) {
        let options = format!("remount,{access}");
        assert!(Command::new("mount").args(["-o", &options]).arg(self.0.path()).status().unwrap().success());
    }

    /// Leaves this much room, or none; removed, there is room again.
    pub fn fill(&self, leave_kibibytes: u64) -> PathBuf {
        let ballast = self.0.path().join("ballast");
        let mut written = 0;
        let mut file = fs::File::create(&ballast).unwrap();
        let block = vec![1; 4_096];
        while std::io::Write::write_all(&mut file, &block).is_ok() {
            written += 4;
        }
        file.set_len((written - leave_kibibytes) * 1_024).unwrap();
        ballast
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Also while a process that is being killed still uses it.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// What is checked elsewhere by another way: `store::sqlite::tests::trouble` has SQLite itself say that it is full.
fn skipped(reason: &str) -> Option<SmallDisk> {
    println!("\nSKIPPED: a full disk, since no file system can be mounted here ({})", reason.trim());
    None
}
