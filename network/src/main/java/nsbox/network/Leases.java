package nsbox.network;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The addresses that containers have: a symbolic link for each, named by the address, whose
/// content is the container's ID.
///
/// Only one process can make a link, so no lock is needed to take an address. One whose container
/// is gone is taken over under a lock, and only then are links removed by others than their
/// container: so of two that find the same container gone, the second finds the first one's link. A
/// link is read again under that lock before it goes.
public final class Leases {
  /// An address, and who has it.
  public record Lease(Address address, String containerId) {}

  /* Beside the leases: the one that was given last, of each version. Only a hint. */
  private static final String LAST_VERSION_4 = ".last4";
  private static final String LAST_VERSION_6 = ".last6";
  private static final String LOCK = ".lock";

  /* So that positions and sizes are numbers; no range of version 6 will be used up. */
  private static final int POSITION_BITS = 62;

  private final Networks networks;

  public Leases(Networks networks) {
    this.networks = networks;
  }

  /// Takes an address for a container that lives. The one behind the last that was given is tried
  /// first, so that none is used again at once.
  ///
  /// @param wanted only this one; the same container may have it already
  /// @throws AddressTakenException if another one that lives has the wanted address
  /// @throws NetworkException if none is free, or no container may have the wanted one
  public Address take(
      Network network, Pool pool, String containerId, Optional<Address> wanted, Living living)
      throws IOException, NetworkException {
    try {
      Path folder = networks.leases(network);
      if (wanted.isPresent()) {
        takeWanted(folder, network, pool, containerId, wanted.get(), living);
        return wanted.get();
      }
      Address address = takeAny(folder, network, pool, containerId, living);
      note(folder, address);
      return address;
    } catch (NoSuchFileException e) {
      throw new NetworkException("network " + network.name() + " was removed meanwhile");
    }
  }

  private Address takeAny(
      Path folder, Network network, Pool pool, String containerId, Living living)
      throws IOException, NetworkException {
    Subnet range = pool.allocated();
    long size = 1L << Math.min(range.base().bits() - range.length(), POSITION_BITS);
    long start = afterLast(folder, range, size);
    for (long i = 0; i < size; i++) {
      Address address = range.base().plus((start + i) % size);
      if (!pool.isReserved(address)) {
        if (isTaken(folder, address, containerId)) {
          return address;
        }
        break;
      }
    }
    Set<String> names = names(folder);
    /* So many cannot all be taken, but for what others take meanwhile. */
    for (long i = 0; i < size; i++) {
      Address address = range.base().plus((start + i) % size);
      if (!pool.isReserved(address)
          && !names.contains(address.toString())
          && isTaken(folder, address, containerId)) {
        return address;
      }
    }
    return takeAbandoned(folder, network, pool, containerId, living);
  }

  private void takeWanted(
      Path folder, Network network, Pool pool, String containerId, Address address, Living living)
      throws IOException, NetworkException {
    if (!pool.subnet().contains(address)) {
      throw new NetworkException(
          "address "
              + address
              + " is not in subnet "
              + pool.subnet()
              + " of network "
              + network.name());
    }
    if (pool.isReserved(address)) {
      throw new NetworkException(
          "address "
              + address
              + " of network "
              + network.name()
              + (address.equals(pool.gateway())
                  ? " is its gateway's"
                  : " stands for the network itself or all of its hosts"));
    }
    if (!isTaken(folder, address, containerId)) {
      String owner = owner(folder, address, containerId, living);
      if (!owner.equals(containerId)) {
        throw new AddressTakenException(network, address, owner);
      }
    }
  }

  private Address takeAbandoned(
      Path folder, Network network, Pool pool, String containerId, Living living)
      throws IOException, NetworkException {
    Subnet range = pool.allocated();
    int taken = 0;
    for (Lease lease : list(folder)) {
      if (!range.contains(lease.address)) {
        continue;
      }
      if (!living.lives(lease.containerId)
          && owner(folder, lease.address, containerId, living).equals(containerId)) {
        return lease.address;
      }
      taken++;
    }
    throw new NetworkException(
        "no free address in "
            + range
            + " of network "
            + network.name()
            + ": "
            + taken
            + " of "
            + taken
            + " taken");
  }

  private static boolean isTaken(Path folder, Address address, String containerId)
      throws IOException {
    try {
      Files.createSymbolicLink(folder.resolve(address.toString()), Path.of(containerId));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /* Who has the address after all: the container itself, if who had it is gone. A container that comes
   * again under its old ID reads its old link under the lock, too, for somebody may just take it over. */
  private static String owner(Path folder, Address address, String containerId, Living living)
      throws IOException {
    Path link = folder.resolve(address.toString());
    synchronized (Leases.class) {
      try (FileChannel channel =
              FileChannel.open(
                  folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        String owner = target(link);
        while (owner.isEmpty() || !owner.equals(containerId) && !living.lives(owner)) {
          Files.deleteIfExists(link);
          /* Who takes it without the lock may be quicker. */
          owner = isTaken(folder, address, containerId) ? containerId : target(link);
        }
        lock.release();
        return owner;
      }
    }
  }

  /* Empty where there is none, or what is no lease. */
  private static String target(Path link) throws IOException {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (NoSuchFileException | NotLinkException e) {
      return "";
    }
  }

  private static long afterLast(Path folder, Subnet range, long size) throws IOException {
    Path hint = folder.resolve(range.isVersion6() ? LAST_VERSION_6 : LAST_VERSION_4);
    Optional<Address> last = Address.parse(target(hint));
    if (last.isEmpty() || !range.contains(last.get())) {
      return 0;
    }
    return Math.floorMod(last.get().distance(range.base()) + 1, size);
  }

  /* Who is killed between the two leaves a link that the next one writes over. */
  private static void note(Path folder, Address address) throws IOException {
    String name = address.isVersion6() ? LAST_VERSION_6 : LAST_VERSION_4;
    Path link = folder.resolve(name + "-" + address);
    try {
      Files.createSymbolicLink(link, Path.of(address.toString()));
    } catch (FileAlreadyExistsException e) {
      /* As good as ours. */
    }
    try {
      Files.move(link, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return; // another one that noted the same was quicker
    }
  }

  private static Set<String> names(Path folder) {
    Set<String> names = new HashSet<>();
    String[] list = folder.toFile().list();
    for (String name : list == null ? new String[0] : list) {
      names.add(name);
    }
    return names;
  }

  /// All leases of a network, of containers that are gone, too; in no order.
  public List<Lease> list(Network network) throws IOException {
    return list(networks.runFolder(network).resolve(Networks.LEASES));
  }

  static List<Lease> list(Path folder) throws IOException {
    List<Lease> leases = new ArrayList<>();
    for (String name : names(folder)) {
      Optional<Address> address = Address.parse(name);
      String owner = address.isEmpty() ? "" : target(folder.resolve(name));
      if (!owner.isEmpty()) {
        leases.add(new Lease(address.get(), owner));
      }
    }
    return leases;
  }
}
