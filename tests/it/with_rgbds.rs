//! `scripts/with-rgbds` on a machine without RGBDS and without a network.

use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::Folder;

/// The output of apt where no server can be reached.
const APT: &str = "#!/bin/sh
case \"$*\" in
*indextargets*) . /etc/os-release; echo \"${VERSION_CODENAME:-sid} main http://mirror.invalid/debian\";;
*)  echo 'W: Failed to fetch http://mirror.invalid/debian/dists/sid/InRelease  Could not resolve mirror.invalid' >&2
    echo 'W: Some index files failed to download.' >&2
    echo 'E: Could not resolve mirror.invalid' >&2
    exit 100;;
esac
";

#[test]
fn without_a_network_the_reason_is_one_line() {
    let folder = Folder::new();
    folder.write("scripts/with-rgbds", include_str!("../../scripts/with-rgbds"));
    // No program of this machine but those that the script itself needs.
    std::fs::create_dir(folder.path().join("bin")).unwrap();
    for tool in ["sh", "dirname", "mkdir", "mktemp", "rm", "mv", "cat", "sed", "grep", "head", "tail", "find"] {
        symlink(which::which(tool).unwrap(), folder.path().join("bin").join(tool)).unwrap();
    }
    for (tool, script) in [("apt-get", APT), ("apt-cache", "#!/bin/sh\n"), ("dpkg-deb", "#!/bin/sh\n")] {
        folder.write(format!("bin/{tool}"), script);
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path().join("bin").join(tool), mode).unwrap();
    }
    let mut script = folder.command("sh", ["scripts/with-rgbds", "true"]).env("PATH", folder.path().join("bin"));
    script.command.env_remove("RGBDS");
    let said = script.status(3).stderr;
    assert_eq!(
        said,
        "with-rgbds: fetching RGBDS from Debian sid into target/rgbds (once; the system stays as it is)\n\
         with-rgbds: could not fetch RGBDS by apt: Could not resolve mirror.invalid; install it by hand \
         (https://rgbds.gbdev.io/install) or set RGBDS\n"
    );
    assert_eq!(folder.names(), ["bin", "scripts", "target"]);
    assert_eq!(crate::support::names(&folder.path().join("target")), Vec::<String>::new());
}
