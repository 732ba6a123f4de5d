package nsbox.e2e.machine;

import java.nio.file.Files;
import java.nio.file.Path;

/// What classes share whose tests have a real systemd make cgroups.
abstract class InSystemdMachine extends InMachine {
  private final String cgroups;

  /// @param cgroups as [Machine#startWithSystemd(String)] has them
  InSystemdMachine(String cgroups) {
    this.cgroups = cgroups;
  }

  @Override
  protected final Machine start() throws Exception {
    return Machine.startWithSystemd(cgroups);
  }

  /// A bundle whose cgroup is named as systemd wants it.
  protected final String bundle(String scope, String resources, String script) throws Exception {
    String bundle = bundle(resources, script);
    Path config = machine.share.resolve(Path.of(bundle).getFileName()).resolve("config.json");
    String text = Files.readString(config);
    Files.writeString(
        config,
        text.replaceAll("\"cgroupsPath\": \"[^\"]*\"", "\"cgroupsPath\": \"" + scope + "\""));
    return bundle;
  }

  /// Makes a container and starts it.
  protected static String started(String bundle, String id) {
    return """
    nsbox-runtime --systemd-cgroup create -b %s %2$s </dev/null >/scratch/out 2>&1 || { cat /scratch/out; exit 99; }
    nsbox-runtime --systemd-cgroup start %2$s || exit 98
    """
        .formatted(bundle, id);
  }

  /// Ends it; what is left then is seen by the check after every test.
  protected static String ended(String id) {
    return """
    nsbox-runtime --systemd-cgroup kill %1$s KILL
    nsbox-runtime --systemd-cgroup delete --force %1$s
    systemctl show -P LoadState nsbox-%1$s.scope
    systemctl list-units --all --no-legend --plain 'nsbox-%1$s*'
    """
        .formatted(id);
  }
}
