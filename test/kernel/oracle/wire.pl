# Holds the far ends of the wires that wire.sh lays. Comes in, a line each: a way and an IP packet in hexadecimal. Goes
# out, a line each: "ready" once; the digits of each mark that is seen in a packet which comes out; "! " and what is wrong.
#
# Perl, since Node has neither packet sockets nor raw ones, and every Debian has perl-base: hence no modules, and the
# kernel's constants by number (linux/if_packet.h, linux/in.h, linux/sockios.h).
use strict;
use warnings;

use constant { AF_INET => 2, AF_INET6 => 10, AF_PACKET => 17, SOCK_RAW => 3, IPPROTO_RAW => 255 };
use constant { ETH_P_NONE => 0, ETH_P_ALL => 3, SIOCGIFINDEX => 0x8933, MSG_DONTWAIT => 0x40 };
use constant { SOL_SOCKET => 1, SO_RCVBUFFORCE => 33, SOL_IP => 0, IP_HDRINCL => 3, SOL_IPV6 => 41, IPV6_HDRINCL => 36 };
use constant { EPERM => 1, RECEIVE_BUFFER => 64 << 20, LINES_BETWEEN_LOOKS => 32 };

sub packet_socket {
    my ($interface, $ethertype) = @_;
    socket(my $socket, AF_PACKET, SOCK_RAW, 0) or die "packet socket: $!";
    my $request = pack("a16 x24", $interface);
    ioctl($socket, SIOCGIFINDEX, $request) or die "$interface: $!";
    my $index = unpack("x16 i", $request);
    bind($socket, pack("S n i S C C x8", AF_PACKET, $ethertype, $index, 0, 0, 0)) or die "bind to $interface: $!";
    return $socket;
}

sub raw_socket {
    my ($family, $level, $header_included) = @_;
    socket(my $socket, $family, SOCK_RAW, IPPROTO_RAW) or die "raw socket: $!";
    setsockopt($socket, $level, $header_included, pack("i", 1)) or die "header included: $!";
    return $socket;
}

my %entry = (routed => packet_socket("in", ETH_P_NONE), bridged => packet_socket("left", ETH_P_NONE));
my @exits = map { packet_socket($_, ETH_P_ALL) } qw(out right);
for my $exit (@exits) {
    setsockopt($exit, SOL_SOCKET, SO_RCVBUFFORCE, pack("i", RECEIVE_BUFFER)) or die "receive buffer: $!";
}
my $raw4 = raw_socket(AF_INET, SOL_IP, IP_HDRINCL);
my $raw6 = raw_socket(AF_INET6, SOL_IPV6, IPV6_HDRINCL);

# To the MAC address of in-node; on the bridge nobody has it, so the frame comes out at every other port.
sub frame {
    my ($packet) = @_;
    my $ethertype = ord($packet) >> 4 == 4 ? 0x0800 : 0x86dd;
    return pack("H12 H12 n", "020000000001", "020000000002", $ethertype) . $packet;
}

sub send_locally {
    my ($packet) = @_;
    return send($raw4, $packet, 0, pack("S n a4 x8", AF_INET, 0, substr($packet, 16, 4))) if ord($packet) >> 4 == 4;
    return send($raw6, $packet, 0, pack("S n N a16 N", AF_INET6, 0, 0, substr($packet, 24, 16), 0));
}

sub send_line {
    my ($way, $hex) = split / /, $_[0];
    my $packet = pack("H*", $hex);
    return if defined($way eq "local" ? send_locally($packet) : send($entry{$way}, frame($packet), 0));
    # A packet that is dropped on its way out of the very process that sends it comes back as this error.
    print "! $way $hex: $!\n" unless $way eq "local" && $! == EPERM;
}

sub look {
    for my $exit (@exits) {
        while (defined recv($exit, my $frame, 65536, MSG_DONTWAIT)) {
            print "$1\n" while $frame =~ /selvedge([0-9a-f]{8})/g;
        }
    }
}

$| = 1;
print "ready\n";
my $input = "";
while (1) {
    my $wanted = "";
    vec($wanted, fileno($_), 1) = 1 for *STDIN, @exits;
    select($wanted, undef, undef, undef);
    if (vec($wanted, fileno(STDIN), 1)) {
        sysread(STDIN, $input, 65536, length $input) or last;
        my $sent = 0;
        while ($input =~ s/^(.*)\n//) {
            send_line($1);
            look() if ++$sent % LINES_BETWEEN_LOOKS == 0;
        }
    }
    look();
}
